"""Outputs in a graded notebook: text and pictures, made from data that is not believed.

Instructors and students open feedback in a browser. What a submission shows arrives here as
plain data of any shape; what leaves is text, which nbconvert escapes, and PNG.
"""

import base64
import binascii
import re

from course_lib.grading import picture
from course_lib.grading.cells import new_output

TEXT = 100_000  # characters of one output
PICTURE = 4_000_000  # characters of a PNG in base64
OUTPUTS = 60
PNG = b"\x89PNG\r\n\x1a\n"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")


def of_student(reported, number: int) -> list:
    """Notebook outputs from what the sandbox reports of a cell."""
    outputs = []
    for item in reported[:OUTPUTS] if isinstance(reported, list) else []:
        if not isinstance(item, dict):
            continue
        kind, data = item.get("kind"), item.get("data")
        if kind == "stream":
            name = "stderr" if item.get("name") == "stderr" else "stdout"
            outputs.append(new_output("stream", name=name, text=text(item.get("text"))))
        elif kind == "error":
            outputs.append(error(item.get("name"), item.get("text"), item.get("traceback")))
        elif kind == "result":
            shown = pictures_and_text(data)
            outputs.append(new_output("execute_result", data=shown, execution_count=number))
        elif kind == "display":
            outputs.append(new_output("display_data", data=pictures_and_text(data)))
    return outputs


def of_test(verdict, number: int) -> list:
    """Notebook outputs that nbgrader reads the score from, and people the reasons."""
    outputs = []
    if verdict.printed:
        outputs.append(new_output("stream", name="stdout", text=text(verdict.printed)))
    findings = [f for result in verdict.checks for f in result.findings if f.errors is not None]
    if findings:
        drawn = base64.b64encode(picture.png(findings[0])).decode()
        data = {"image/png": drawn, "text/plain": picture.alt(findings[0])}
        outputs.append(new_output("display_data", data=data))
    if verdict.problem:
        outputs.append(error(*verdict.problem))
    else:
        data = {"text/plain": repr(float(verdict.score))}
        outputs.append(new_output("execute_result", data=data, execution_count=number))
    return outputs


def error(name, message, traceback=None):
    """An error output; without a traceback its message is all that is shown."""
    name, message = text(name)[:100] or "Error", text(message)
    lines = [text(line) for line in traceback] if isinstance(traceback, list) else []
    lines = lines[:100] or [f"{name}: {message}"]
    return new_output("error", ename=name, evalue=message, traceback=lines)


def pictures_and_text(data) -> dict:
    """Of a display's representations, plain text and PNG."""
    data = data if isinstance(data, dict) else {}
    shown = {"text/plain": text(data.get("text/plain", ""))}
    picture = data.get("image/png")
    if isinstance(picture, bytes):
        picture = base64.b64encode(picture).decode()
    if isinstance(picture, str) and len(picture) <= PICTURE:
        try:
            if base64.b64decode(picture[:16], validate=True).startswith(PNG):
                base64.b64decode(picture.replace("\n", ""), validate=True)
                shown["image/png"] = picture.replace("\n", "")
        except (binascii.Error, ValueError):
            pass
    return shown


def text(value) -> str:
    """A string of limited length without control characters; colours go too."""
    if not isinstance(value, str):
        return ""
    value = _CONTROL.sub("", re.sub(r"\x1b\[[0-9;]*m", "", value))
    return value if len(value) <= TEXT else f"{value[:TEXT]}\n… ({len(value) - TEXT} more)"
