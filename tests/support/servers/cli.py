"""What tools/kafka and tools/redis share: one table of commands, the folder, and answers as NAME=VALUE lines for scripts."""
from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from .process import Group, NotReady


class Cli:
    def __init__(self, text: str, group: type[Group], variable: str, name: str):
        self.text, self.group, self.variable = text, group, variable
        self.folder = Path(os.environ.get(variable) or Path(tempfile.gettempdir()) / name)
        self.commands: dict[str, tuple] = {}
        for common in (self.status, self.stop, self.kill9, self.restart, self.pause, self.go_on):
            options = {"stop": {"--delete": {"action": "store_true"}}, "status": {}, "restart": {}}.get(
                common.__name__, {"which": {"nargs": "?"}})
            self.commands[common.__name__.replace("_", "-")] = (common, options)

    def command(self, name: str, options: dict | None = None):
        """A decorator: the function gets the parsed arguments. options: argparse's, by name."""
        def add(function):
            self.commands[name] = (function, options or {})
            return function
        return add

    def main(self) -> None:
        parser = argparse.ArgumentParser(usage=self.text.strip().removeprefix("usage: "), add_help=True)
        commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
        for name, (_, options) in self.commands.items():
            sub = commands.add_parser(name, usage=parser.usage)
            sub.add_argument("--folder", type=Path, default=self.folder)
            for option, how in options.items(): sub.add_argument(option, **how)
        args = parser.parse_args()
        try: sys.exit(self.commands[args.command][0](args) or 0)
        except (NotReady, LookupError, OSError, ValueError) as e:
            print(f"{Path(sys.argv[0]).name}: {e}", file=sys.stderr)
            sys.exit(1)

    def load(self, args):
        """The servers of the folder; an error where there are none."""
        group = self.group.load(args.folder)
        if not group: raise LookupError(f"nothing was started in {args.folder}")
        return group

    def show(self, group) -> None:
        for k, v in group.facts().items(): print(f"{k}={v}")

    # ---- commands of both

    def status(self, args) -> int:
        group = self.load(args)
        self.show(group)
        return 0 if len(group.running()) == len(group.servers) else 1

    def stop(self, args) -> None:
        """Fine where nothing runs."""
        group = self.group.load(args.folder)
        if group and args.delete: group.delete()
        elif group: group.stop()

    def kill9(self, args) -> None: self.load(args).kill9(args.which)
    def restart(self, args) -> None:
        group = self.load(args)
        group.restart()
        self.show(group)

    def pause(self, args) -> None: self.load(args).pause(args.which)
    def go_on(self, args) -> None: self.load(args).go_on(args.which)
