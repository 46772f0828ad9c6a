"""Reads `swift package describe --type json` and names every import that the manifest does not allow."""
import json
import pathlib
import re
import sys

IMPORT = re.compile(
    r"^\s*(?:@\w+\s+|(?:public|package|internal|private|fileprivate)\s+)*import\s+"
    r"(?:(?:struct|class|enum|func|var|let|protocol|typealias)\s+)?(\w+)",
    re.MULTILINE,
)
package = json.load(sys.stdin)
own = {target["name"] for target in package["targets"]}
found = False
for target in package["targets"]:
    allowed = set(target.get("target_dependencies", []))
    for source in target["sources"]:
        path = pathlib.Path(target["path"]) / source
        for module in IMPORT.findall(path.read_text()):
            if module in own and module not in allowed:
                found = True
                print(f"{path}: {target['name']} may not import {module}")
sys.exit(found)
