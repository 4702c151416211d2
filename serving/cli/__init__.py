"""The command line: a person's and an operator's tool over the HTTP API; `up` and `doctor` run the place."""
