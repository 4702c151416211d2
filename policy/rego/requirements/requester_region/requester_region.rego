package cameo.requirements

# METADATA
# title: The requester's region is served
# description: >-
#   The regions that are not served are a list in the bundle (lists/data.json).
# custom:
#   code: requester.region
#   actions: [start, draft, release]
#   message:
#     en: "The service is not offered in your region."
#     ko: "이 지역에서는 서비스를 제공하지 않습니다."
#   remedy:
#     en: "Correct the region of your account, if it is wrong."
#     ko: "계정의 지역이 잘못되었다면 바로잡으세요."
#   disclosed_as: requester.region
met contains "requester.region" if {
	is_string(input.requester.region)
	not input.requester.region in data.lists.closed_regions
	is_array(data.lists.closed_regions)
}
