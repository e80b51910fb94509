from hypothesis import settings

# The first example of a zone reads its file: a limit of time an example would fail on a busy machine alone.
settings.register_profile("rules", deadline=None)
settings.load_profile("rules")
