# The Search interop scenario's rules: users view, edit and delete records by ownership, department and role.
package interop.search

default decision := false

decision if permitted(input.subject.id, input.action.name, input.resource.id)

permitted(user, action, record) if {
	action in {"view", "edit", "delete"}
	data.records[record].owner == user
}

permitted(user, "view", record) if data.records[record].department == data.users[user].department

permitted(user, "view", record) if {
	data.users[user].role == "manager"
	data.records[record]
}

permitted(user, "edit", record) if {
	data.users[user].role == "manager"
	data.records[record].department == data.users[user].department
}

subjects := [user | some user, _ in data.users; permitted(user, input.action.name, input.resource.id)]

resources := [record | some record, _ in data.records; permitted(input.subject.id, input.action.name, record)]

actions := [action | some action in ["view", "edit", "delete"]; permitted(input.subject.id, action, input.resource.id)]
