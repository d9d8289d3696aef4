"""What a teacher gets for a class: a table for the marks, and a page to look at."""

import collections
import csv
import io

import jinja2

from persogan_lessons.course import books

PAGE = """\
<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{{ name }}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
table { border-collapse: collapse; margin: 1rem 0; width: 100%; }
th, td { border-bottom: 1px solid #ddd; padding: .3rem .6rem; text-align: left; }
td.n, th.n { text-align: right; }
tr.problem td { background: #fff3e0; }
small { color: #555; }
</style></head><body>
<h1>{{ name }}</h1>
<p>{{ graded|length }} graded, {{ problems|length }} not gradable.
{% if by_hand %}{{ by_hand }} answers wait to be marked by hand: open this folder's formgrader,
then run the same command again.{% endif %}</p>
<table><tr><th>Student</th>{% for task, most in tasks %}<th class="n">{{ task }}
<small>of {{ most|points }}</small></th>{% endfor %}<th class="n">Total</th><th>Notes</th></tr>
{% for each in graded %}<tr><td><a href="feedback/{{ each.name }}/{{ name }}/{{ name }}.html">
{{- each.student }}</a></td>{% for mark in each.marks %}<td class="n" title="{{ mark.cause }}">
{{- mark.points|points }}</td>{% endfor %}<td class="n">{{ each|total|points }}</td>
<td><small>{{ each.notes|join("; ") }}</small></td></tr>
{% endfor %}{% for each in problems %}<tr class="problem"><td>{{ each.student }}</td>
<td colspan="{{ tasks|length + 2 }}">{{ each.problem }}</td></tr>
{% endfor %}</table>
<h2>The commonest mistakes</h2>
{% for task, causes in mistakes.items() %}<h3>{{ task }}</h3>
<table>{% for cause, count in causes %}<tr><td class="n">{{ count }}</td><td>{{ cause }}</td></tr>
{% endfor %}</table>{% else %}<p>None.</p>{% endfor %}
</body></html>
"""


def write(everybody, folder, *, name):
    """Write `NAME.csv` and `NAME.html` for a class; returns their paths.

    Args:
        everybody: `Graded` of each student.
        folder: where to write.
        name: of the assignment.
    """
    files = {
        folder / f"{name}.csv": table(everybody),
        folder / f"{name}.html": page(everybody, name),
    }
    for path, text in files.items():
        books.write_whole(path, text.encode("utf-8", "replace"))
    return list(files)


def table(everybody):
    """A line for each student, in a form that spreadsheets and learning-management systems read."""
    file = io.StringIO()
    tasks = [task for task, _ in _tasks(everybody)]
    writer = csv.writer(file)
    writer.writerow(["student", "id", *tasks, "total", "of", "to mark by hand", "notes"])
    for each in everybody:
        points = [_points(mark.points) for mark in each.marks] or [""] * len(tasks)
        open_ = [mark.task for mark in each.marks if mark.points is None]
        most = _points(sum(mark.most for mark in each.marks)) if each.marks else ""
        notes = each.problem or "; ".join(each.notes)
        row = [
            each.student,
            each.name,
            *points,
            _points(_total(each)),
            most,
            " ".join(open_),
            notes,
        ]
        writer.writerow([_harmless(cell) for cell in row])
    return file.getvalue()


def page(everybody, name):
    """The same for reading, with the commonest mistakes of each task by name."""
    mistakes = {}
    for task, _ in _tasks(everybody):
        causes = (m.cause for each in everybody for m in each.marks if m.task == task and m.cause)
        counted = collections.Counter(causes)
        mistakes |= {task: counted.most_common(8)} if counted else {}
    environment = jinja2.Environment(autoescape=True)
    environment.filters |= {"points": _points, "total": _total}
    return environment.from_string(PAGE).render(
        name=name,
        graded=[each for each in everybody if not each.problem],
        problems=[each for each in everybody if each.problem],
        tasks=_tasks(everybody),
        by_hand=sum(mark.points is None for each in everybody for mark in each.marks),
        mistakes=mistakes,
    )


def _tasks(everybody):
    """`(name, most points)` of each task."""
    marks = next((each.marks for each in everybody if each.marks), [])
    return [(mark.task, mark.most) for mark in marks]


def _total(graded):
    """Points so far, None for what could not be graded."""
    return sum(mark.points or 0 for mark in graded.marks) if graded.marks else None


def _points(points):
    return "" if points is None else f"{points:g}"


def _harmless(cell):
    """Spreadsheets take a cell that begins so for a formula, even one that a student wrote."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell
