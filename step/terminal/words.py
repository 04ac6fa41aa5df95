"""What the terminal says, in English and Chinese; what the page says too is in its table."""

from collections.abc import Callable

from cutaway.graph import Title
from cutaway.graph.title import Language
from cutaway.step.keys import LISTS
from cutaway.step.words import PAGE

Say = Callable[..., str]

TERMINAL = {
    "step-at": Title("step {0} of {1}", "第 {0} 步，共 {1} 步"),
    "level-at": Title("level {0}", "层级：{0}"),
    "slice": Title("slice {0} of {1}, keys [ ]", "切片 {0}/{1}，按键 [ ]"),
    "slice-below": Title("slice {0} of {1}", "切片 {0}/{1}"),
    "sampled-here": Title("sampled: {0} × {2} of {1} × {3}", "已采样：{1} × {3} 中的 {0} × {2}"),
    "empty-value": Title("it has no elements", "没有元素"),
    "of-input": Title("input {0}", "输入 {0}"),
    "no-inputs": Title("It reads nothing.", "它不读取任何值。"),
    "no-watches": Title("Nothing is watched: w or W", "没有监视：按 w 或 W"),
    "no-breakpoints": Title("No breakpoints: b or B", "没有断点：按 b 或 B"),
    "nothing-changed": Title("Nothing is changed: e or k", "没有改动：按 e 或 k"),
    "not-seen": Title("not reached yet", "尚未到达"),
    "hits": Title("{0} hits", "命中 {0} 次"),
    "on": Title("on", "开"),
    "off": Title("off", "关"),
    "when": Title("when {0}", "当 {0}"),
    "of-kind": Title("of kind {0}", "类型 {0}"),
    "on-change": Title("when it changes", "值改变时"),
    # entries
    "ask-search": Title("Search: path, part of it, or a number", "搜索：路径、路径的一部分或序号"),
    "ask-break-at": Title(
        "Breakpoint: [path] [op=softmax] [changes] [when=abs > 1]",
        "断点：[路径] [op=softmax] [changes] [when=abs > 1]",
    ),
    "ask-watch-at": Title(
        "Watch: path [0, 1], or path max|min|mean",
        "监视：路径 [0, 1]，或路径 max|min|mean",
    ),
    "ask-edit": Title("New value of {0}", "{0} 的新值"),
    "ask-knock-out": Title(
        "Knock out: {0}; then [path] [head, from 1]", "敲除：{0}；后接 [路径] [头，从 1 数起]"
    ),
    # what is announced
    "found": Title(
        "match {0} of {1}: Enter on an empty line goes on",
        "第 {0} 个，共 {1} 个匹配：空行回车看下一个",
    ),
    "not-found": Title("No step has “{0}” in its path.", "没有路径含“{0}”的步骤。"),
    "break-on": Title("Breakpoint at {0}", "在 {0} 设了断点"),
    "break-off": Title("Breakpoint at {0} removed", "已删除 {0} 的断点"),
    "watched": Title("{0} is watched", "正在监视 {0}"),
    "removed": Title("{0} removed", "已删除 {0}"),
    "nothing-marked": Title(
        "x removes what is marked in a list: 3, 4 or 5", "x 删除列表中选中的项：按 3、4 或 5"
    ),
    "changed-now": Title("Changed, X takes all back: {0}", "已改变，按 X 全部复原：{0}"),
    "bad-number": Title("“{0}” is no number", "“{0}”不是一个数"),
    "quits": Title("q quits", "按 q 退出"),
    "running": Title("at step {0} of {1}: Esc stops", "运行到第 {0} 步，共 {1} 步：按 Esc 停下"),
    "interrupted": Title("stopped by a key", "已按键停下"),
    "too-long": Title(
        "Level {0} has too many steps here; fewer tokens have fewer",
        "{0}层级的步骤太多；词元少一些，步骤就少一些",
    ),
    "close": Title("Esc closes", "按 Esc 关闭"),
    # help
    "moves": Title("Moving", "移动"),
    "views": Title("Looking", "查看"),
    "acts": Title("Stopping, watching, changing", "断点、监视与改动"),
    "lists": Title("Lists", "列表"),
    "others": Title("And", "其他"),
    "cells": Title("In the heatmap", "在热图中"),
    "tree": Title("In the outline", "在步骤树中"),
    "cell-arrows": Title("another cell", "换一格"),
    "cell-ends": Title("first, last of the row", "行首、行尾"),
    "cell-escape": Title("back to the output", "回到输出"),
    "tree-enter": Title("go there; fold a scope", "跳转到该处；折叠作用域"),
    "tree-space": Title("breakpoint; fold a scope", "设断点；折叠作用域"),
    "end-run": Title("Stop a run where it is", "让运行停在当前步"),
    "tab": Title("outline, heatmap, list", "步骤树、热图、列表"),
}


def sayer(lang: Language) -> Say:
    """Return what says a text of a language by its key, with values in it.

    Examples
    --------
    >>> sayer("en")("step-at", 1, 12), sayer("zh")("forward")
    ('step 1 of 12', '前向')
    """
    titles = {**PAGE, **{key.action: key.title for key in LISTS}, **TERMINAL}

    def say(key: str, *values: object) -> str:
        text = titles[key].say(lang)
        for place, value in enumerate(values):
            text = text.replace(f"{{{place}}}", str(value))
        return text

    return say
