# The Todo interop scenario's rules: who may read, create, update and delete. Roles as the scenario gives them.
package interop.todo

roles := {
	"rick@the-citadel.com": {"admin", "evil_genius"},
	"morty@the-citadel.com": {"editor"},
	"summer@the-smiths.com": {"editor"},
	"beth@the-smiths.com": {"viewer"},
	"jerry@the-smiths.com": {"viewer"},
}

default decision := false

user := data.people[input.subject.id]

mine := roles[user]

decision if {
	input.action.name in {"can_read_user", "can_read_todos"}
	user
}

decision if {
	input.action.name == "can_create_todo"
	count(mine & {"editor", "admin"}) > 0
}

decision if {
	input.action.name in {"can_update_todo", "can_delete_todo"}
	"editor" in mine
	input.resource.properties.ownerID == user
}

decision if {
	input.action.name == "can_update_todo"
	"evil_genius" in mine
}

decision if {
	input.action.name == "can_delete_todo"
	"admin" in mine
}
