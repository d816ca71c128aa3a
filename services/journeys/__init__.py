"""Ready-made journeys, as YAML files beside this one."""
