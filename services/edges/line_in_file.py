"""Where a key stands in a YAML or JSON file, so that a mistake can be told with its line."""

import yaml

Key = tuple[str | int, ...]


def line_of(node: yaml.Node, key: Key) -> int:
    """The line of the deepest part of a key that is written in the file, from 1."""
    line = node.start_mark.line + 1
    for part in key:
        if isinstance(node, yaml.MappingNode):
            found = next(((name, value) for name, value in node.value if name.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line + 1, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 1
    return line
