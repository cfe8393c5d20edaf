#!/usr/bin/env python3
"""Checks that the container files agree with each other and with the rest of the project. No container engine needed.

usage: check_deploy.py [--binary build/bin/rustcoder]

Dockerfile and docker-compose.yml: packages only from scripts/install-deps.sh, one non-root user, one port, writable places
that are volumes or tmpfs, a health check that asks /healthz, a .dockerignore that lets through all that is copied, a
seccomp profile whose system calls exist and which leaves bubblewrap what it needs. With --binary: every shared library of
the program belongs to a package of the `runtime` group.
"""
import argparse
import json
import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "deploy/Dockerfile"
INSTALL = "scripts/install-deps.sh"
# What bubblewrap calls to build a sandbox; a profile that refuses one of them turns the running tier off.
BUBBLEWRAP_CALLS = {"clone", "clone3", "unshare", "mount", "umount2", "pivot_root", "prctl", "seccomp", "capset", "sethostname",
                    "landlock_create_ruleset", "landlock_add_rule", "landlock_restrict_self"}


def instructions(text: str) -> list[tuple[str, str]]:
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.M).replace("\\\n", " ")
    return [tuple(line.split(None, 1)) for line in text.splitlines() if line.strip()]  # type: ignore[misc]


def groups(runs: list[str]) -> set[str]:
    found: set[str] = set()
    for run in runs:
        for match in re.finditer(r"install-deps\.sh ([a-z ]+)", run):
            found |= set(match[1].split())
    return found


def packages(*names: str) -> set[str]:
    out = subprocess.run([str(ROOT / INSTALL), "--list", *names], capture_output=True, text=True, check=True)
    return set(out.stdout.split())


def check_dockerfile(problems: list[str]) -> dict[str, str]:
    lines = instructions(DOCKERFILE.read_text())
    of = lambda name: [value for key, value in lines if key == name]
    for run in of("RUN"):
        if re.search(r"\bapt(-get)?\s+(-\S+\s+)*install\b", run):
            problems.append(f"Dockerfile: packages are installed past {INSTALL}: {run.strip()[:60]}")
    if groups(of("RUN")) != {"build", "runtime", "rust", "embeddings"}:
        problems.append("Dockerfile: expected the groups build, runtime, rust and embeddings, found "
                        f"{sorted(groups(of('RUN')))}")
    users = of("USER")
    if not users or users[-1].split(":")[0] in {"0", "root"}:
        problems.append("Dockerfile: the last USER must be an unprivileged one")
    if not of("HEALTHCHECK"):
        problems.append("Dockerfile: no HEALTHCHECK")
    if "/healthz" not in (ROOT / "deploy/healthcheck.sh").read_text():
        problems.append("deploy/healthcheck.sh does not ask for /healthz")
    ignored = [line[1:].rstrip("/") for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    for copy in of("COPY"):
        source = copy.split()[0]
        if source.startswith("--from"):
            continue
        if source != "." and not any(source == path or source.startswith(path + "/") for path in ignored):
            problems.append(f".dockerignore keeps out {source}, which the Dockerfile copies")
        if source != "." and not (ROOT / source).exists():
            problems.append(f"Dockerfile copies {source}, which does not exist")
    for path in ("CMakeLists.txt", "cmake", "src", "LICENSE"):
        if path not in ignored:
            problems.append(f".dockerignore keeps out {path}, which the image is built from")
    env = dict(pair.split("=", 1) for value in of("ENV") for pair in value.split())
    return {"user": users[-1], "port": of("EXPOSE")[-1], "volume": of("VOLUME")[-1], "command": of("CMD")[-1],
            "scratch": env.get("RUSTCODER_SCRATCH", ""), "home": env.get("HOME", "")}


def check_compose(image: dict[str, str], problems: list[str]) -> None:
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    api = compose["services"]["api"]
    expect = lambda good, message: problems.append("docker-compose.yml: " + message) if not good else None
    expect((ROOT / api["build"]["dockerfile"]).resolve() == DOCKERFILE, "service api builds another Dockerfile")
    expect(api["user"] == image["user"], f"user {api['user']} is not the image's {image['user']}")
    expect(any(port.endswith(f":8000:{image['port']}") for port in api["ports"]), f"no port 8000 to {image['port']}")
    expect(image["port"] in image["command"], "the image's command serves another port than it exposes")
    command = " ".join(api.get("command", []))
    expect(image["port"] in command, f"the command serves another port than {image['port']}")
    expect("--insecure" not in command or "127.0.0.1" in "".join(api["ports"]), "--insecure, and published to everyone")
    expect(api.get("read_only") is True, "the root file system is not read-only")
    expect(api.get("cap_drop") == ["ALL"] and "cap_add" not in api, "capabilities are not all dropped")
    expect(not api.get("privileged"), "privileged")
    targets = {volume.split(":")[1] for volume in api["volumes"]}
    expect(image["volume"] in targets, f"nothing is mounted at {image['volume']}")
    expect(image["home"] in targets, "HOME is not writable")
    scratch = [entry for entry in api["tmpfs"] if entry.split(":")[0] == image["scratch"]]
    expect(bool(scratch), f"RUSTCODER_SCRATCH={image['scratch']} is no tmpfs")
    expect(all("exec" in re.split("[:,]", entry) for entry in scratch), "programs cannot be run from the scratch tmpfs")
    for volume in (volume.split(":")[0] for volume in api["volumes"]):
        expect(volume in compose["volumes"], f"volume {volume} is not declared")
    options = api["security_opt"]
    expect("no-new-privileges:true" in options, "no-new-privileges is not set")
    profiles = [option.split("=", 1)[1] for option in options if option.startswith("seccomp=")]
    expect(len(profiles) == 1 and (ROOT / profiles[0]).is_file(), "the seccomp profile does not exist")
    page = (ROOT / "docs/deploy.md").read_text()
    for name in api["environment"]:
        expect(name in page, f"docs/deploy.md does not explain {name}")


def check_seccomp(problems: list[str]) -> None:
    profile = json.loads((ROOT / "deploy/seccomp.json").read_text())
    denied = {name for rule in profile["syscalls"] for name in rule["names"] if rule["action"] != "SCMP_ACT_ALLOW"}
    if profile["defaultAction"] != "SCMP_ACT_ALLOW" and BUBBLEWRAP_CALLS - {
            name for rule in profile["syscalls"] for name in rule["names"] if rule["action"] == "SCMP_ACT_ALLOW"}:
        problems.append("deploy/seccomp.json: not all that bubblewrap needs is allowed")
    for name in sorted(denied & BUBBLEWRAP_CALLS):
        problems.append(f"deploy/seccomp.json refuses {name}, which bubblewrap needs")


def check_binary(binary: Path, problems: list[str]) -> None:
    """The owner of each library that the binary itself asks for is in the runtime group; what those ask for in turn comes
    with their packages."""
    named = packages("runtime")
    wanted = set(re.findall(r"NEEDED.*\[(\S+)\]", subprocess.run(["readelf", "-d", binary], capture_output=True, text=True).stdout))
    found = subprocess.run(["ldd", binary], capture_output=True, text=True).stdout
    libraries = [path for name, path in re.findall(r"(\S+) => (/\S+)", found) if name in wanted]
    if not libraries:
        problems.append(f"{binary}: readelf and ldd name no library")
    owners: set[str] = set()
    for library in libraries:
        real = str(Path(library).resolve())
        # dpkg knows a file by the name it was shipped under: /lib or /usr/lib of a merged system
        for path in (real, real.removeprefix("/usr"), "/usr" + real):
            found = subprocess.run(["dpkg-query", "-S", path], capture_output=True, text=True)
            if found.returncode == 0:
                owners.add(found.stdout.split(":")[0])
                break
        else:
            problems.append(f"{binary.name}: no package owns {library}")
    for package in sorted(owners - named - {"libc6", "libgcc-s1", "zlib1g"}):
        problems.append(f"{binary.name} needs {package}, which is not in the runtime group of {INSTALL}")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--binary", type=Path)
    given = arguments.parse_args()
    problems: list[str] = []
    check_compose(check_dockerfile(problems), problems)
    check_seccomp(problems)
    if given.binary:
        check_binary(given.binary, problems)
    print("\n".join(problems) if problems else "container files: consistent")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
