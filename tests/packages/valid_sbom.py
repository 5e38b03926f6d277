"""Fails unless standard input is a CycloneDX 1.5 document, by the schema of that."""

import sys

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

sys.exit(JsonStrictValidator(SchemaVersion.V1_5).validate_str(sys.stdin.read()))
