"""The main job, shown: a person enrols, a stranger is refused, a friend is permitted, consent is withdrawn, all is seen."""
