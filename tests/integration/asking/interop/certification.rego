# The certification scenario's fixture: two users, two records, eight decisions.
package interop.certification

default decision := false

decision if permitted(input.subject, input.action, input.resource)

permitted(subject, action, resource) if {
	action.name == "read"
	known(subject, resource)
}

permitted(subject, action, resource) if {
	action.name == "write"
	subject.id == "alice"
	known(subject, resource)
	not archived(resource)
}

permitted(subject, action, resource) if {
	action.name == "write"
	object.get(subject, ["properties", "role"], "") == "admin"
	known(subject, resource)
	archived(resource)
}

permitted(subject, action, resource) if {
	action.name == "delete"
	subject.id == "alice"
	object.get(action, ["properties", "soft"], false) == true
	known(subject, resource)
}

known(subject, resource) if {
	subject.type == "user"
	resource.type == "record"
	subject.id in {"alice", "bob"}
	resource.id in {"record-1", "record-2"}
}

archived(resource) if object.get(resource, ["properties", "status"], kept[resource.id]) == "archived"

kept := {"record-1": "active", "record-2": "archived"}

roles := {"alice": "", "bob": "admin"}

subjects := [id |
	some id, role in roles
	permitted({"type": input.subject.type, "id": id, "properties": {"role": role}}, input.action, input.resource)
]

resources := [id |
	some id, _ in kept
	permitted(input.subject, input.action, {"type": input.resource.type, "id": id})
]

actions := [name |
	some name in ["read", "write"]
	permitted(input.subject, {"name": name}, input.resource)
]
