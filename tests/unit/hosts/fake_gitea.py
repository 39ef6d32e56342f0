"""A code host for tests that keeps pull requests, and answers as Gitea's published API says."""

from __future__ import annotations

import json
import re
from typing import Any

from pytest_httpserver import HTTPServer
from werkzeug import Request, Response


class FakeGitea:
    """Keeps pull requests, and what it was asked."""

    def __init__(self, server: HTTPServer) -> None:
        self.pulls: list[dict[str, Any]] = []
        self.comments: list[tuple[int, str]] = []
        self.refuses = ""
        """What is said to those who want to open one; empty if they may."""
        self.asked: list[Request] = []
        self._server = server
        server.expect_request(re.compile("/api/v1/.*")).respond_with_handler(self._answer)

    @property
    def api(self) -> str:
        return self._server.url_for("/api/v1")

    def writes(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked if one.method != "GET"]

    def _answer(self, request: Request) -> Response:
        self.asked.append(request)
        path = request.path.removeprefix("/api/v1/repos/team/app")
        body = json.loads(request.get_data() or b"null")
        match request.method, [one for one in path.split("/") if one]:
            case "GET", []:
                found: Any = {"default_branch": "main"}
            case "GET", ["pulls"]:
                state = request.args["state"]
                rows = [one for one in self.pulls if one["state"] == state]
                start = (int(request.args["page"]) - 1) * int(request.args["limit"])
                found = rows[start : start + int(request.args["limit"])]
            case "GET", ["labels"]:
                found = [{"id": 7, "name": "dependencies"}] if request.args["page"] == "1" else []
            case "POST", ["pulls"] if self.refuses:
                return Response(json.dumps({"message": self.refuses}), 422, content_type="application/json")
            case "POST", ["pulls"]:
                found = self.add(body["head"], body["title"], body["body"], base=body["base"])
            case "PATCH", ["pulls", number]:
                found = self.pulls[int(number) - 1]
                found.update(body)
            case "POST", ["issues", number, "comments"]:
                self.comments.append((int(number), body["body"]))
                found = {"id": 1}
            case "POST", ["issues", _, "labels"]:
                found = [{"id": one} for one in body["labels"]]
            case "POST", ["pulls", _, "requested_reviewers"]:
                found = []
            case _:
                return Response(json.dumps({"message": "not found"}), 404, content_type="application/json")
        return Response(json.dumps(found), 201 if request.method == "POST" else 200, content_type="application/json")

    def add(self, branch: str, title: str, body: str, *, repo_id: int = 1, base: str = "main") -> dict[str, Any]:
        number = len(self.pulls) + 1
        pull = {
            "number": number,
            "html_url": f"https://gitea.test/team/app/pulls/{number}",
            "title": title,
            "body": body,
            "state": "open",
            "merged": False,
            "head": {"ref": branch, "label": branch, "repo_id": repo_id},
            "base": {"ref": base, "label": base, "repo_id": 1},
        }
        self.pulls.append(pull)
        return pull
