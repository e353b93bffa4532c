"""The command line of infra.deployment.contracts."""

import sys

from infra.deployment.contracts.files import SCHEMAS, drifted, files, write


def main(arguments: list[str]) -> int:
    if arguments not in ([], ["--check"]):
        sys.stderr.write("usage: python -m infra.deployment.contracts [--check]\n")
        return 2
    differing = drifted(SCHEMAS)
    if arguments:
        sys.stderr.writelines(f"differs: contracts/schemas/{path}\n" for path in differing)
        return 1 if differing else 0
    write(SCHEMAS)
    sys.stdout.write(f"{len(differing)} of {len(files())} files written to contracts/schemas\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
