"""What is said of a training, in English and Chinese."""

from cutaway.graph import Title

TITLE = Title("Training", "训练")
MEASURED = {
    "loss": Title("Loss", "损失"),
    "gradient": Title("Gradient norm, by block", "各模块的梯度范数"),
    "rate": Title("Learning rate", "学习率"),
    "update": Title("Weights moved in a step, share of their norm", "每步权重移动量与其范数之比"),
    "seconds": Title("Steps per second", "每秒步数"),
}
ENTROPY = Title("Attention entropy, in nats, by head", "各头的注意力熵（nat）")
ENTROPY_OF = Title("{place} · entropy, in nats", "{place} · 注意力熵（nat）")
GROUP = Title("{title} · {group}", "{title} · {group}")
OTHERS = Title("other blocks", "其余模块")
HEAD = Title("head {}", "头 {}")
STEP = Title("step", "步")
SUMMARY = Title(
    "{step} of {steps} steps · loss {loss}, lowest {lowest} at step {best} · {speed} steps/s",
    "已训练 {step} 步，共 {steps} 步 · 损失 {loss}，最低 {lowest}（第 {best} 步）· 每秒 {speed} 步",
)
STOPPED = Title("Stopped at step {step}: {what}", "训练在第 {step} 步停下：{what}")
INTERRUPTED = Title("Interrupted at step {step}", "在第 {step} 步被中断")
BY = Title("Stopped at step {step} by {error}", "在第 {step} 步因 {error} 停下")
PARTS = {  # of the reason, in their order
    "came": Title("Seen: {text}", "情况：{text}"),
    "where": Title("Where: {text}", "位置：{text}"),
    "fix": Title("Advice: {text}", "建议：{text}"),
}
MEANS = Title(
    "Lines are means of {window} steps; the pale one is the loss itself.",
    "曲线是 {window} 步的平均值；浅色的是损失本身。",
)
STRIDE = Title("Every {stride}th step is shown.", "每 {stride} 步显示一步。")
PLAIN = Title(
    "step {step}/{steps}  loss {loss}  gradient {norm}  rate {rate}  {speed} steps/s",
    "第 {step}/{steps} 步  损失 {loss}  梯度 {norm}  学习率 {rate}  每秒 {speed} 步",
)
RUNNING = Title("loss {loss}  gradient {norm}", "损失 {loss}  梯度 {norm}")
LEFT_OUT = Title("{count} more plots have no room here", "另有 {count} 幅图在此处放不下")
SOME = Title("{shown} of {all}", "{all} 条中的 {shown} 条")
