using Akka.Configuration;

namespace ActorBrowser.SandboxTests;

/// <summary>The shipped profiles, and what the tests change in them.</summary>
internal static class Profiles
{
    internal static SandboxSettings Shipped { get; } = ActorBrowserSettings.From(Config.Empty).Sandbox;

    internal static SandboxPolicy Unconfined { get; } = SandboxPolicy.Unconfined("control", "what happens without a sandbox");

    /// <summary>A shipped profile, with a workspace if it wants one.</summary>
    internal static SandboxPolicy Of(string name, string? workspace = null)
    {
        var policy = Shipped.Find(name)!;
        return !policy.NeedsWorkspace ? policy : workspace is null ? policy.WithoutWorkspace() : policy.ForWorkspace(workspace);
    }

    internal static SandboxSettings From(string hocon) => ActorBrowserSettings.From(ConfigurationFactory.ParseString(hocon)).Sandbox;
}
