using ActorBrowser.Interop;

namespace ActorBrowser.SandboxTests;

/// <summary>The advice for a machine without namespaces, for each cause that was seen in a container (samples/Deployment).</summary>
public sealed class NamespaceAdviceSpecs
{
    [Theory]
    [InlineData("clone", 1, true, "seccomp profile")]
    [InlineData("making mounts private", 1, true, "seccomp profile")]
    [InlineData("showing /usr", 1, true, "seccomp profile")]
    [InlineData("mounting a separate /proc", 1, true, "/proc is whole")]
    [InlineData("mounting a separate /proc", 1, false, "/proc is whole")]
    [InlineData("clone", 1, false, "kernel.unprivileged_userns_clone")]
    [InlineData("clone", 28, true, "kernel.unprivileged_userns_clone")]
    public void It_names_who_refused(string step, int errno, bool isFiltered, string advice) =>
        Assert.Contains(advice, NamespaceAdvice.For(new StepFailure(step, errno), isFiltered), StringComparison.Ordinal);
}
