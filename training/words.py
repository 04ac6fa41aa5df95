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
HEAD = Title("head {}", "头 {}")
STEP = Title("step", "步")
SUMMARY = Title(
    "step {step} of {steps} · loss {loss}, lowest {lowest} at step {best} · {speed} steps/s",
    "第 {step} 步，共 {steps} 步 · 损失 {loss}，最低 {lowest}（第 {best} 步）· 每秒 {speed} 步",
)
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
