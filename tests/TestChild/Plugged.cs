using System.Diagnostics.CodeAnalysis;

namespace ActorBrowser.TestChild;

/// <summary>What a test's plugin implements.</summary>
public interface IPlugged
{
    string Handle(string what);
}

/// <summary>The role whose code tests compile.</summary>
public static class Plugged
{
    public static readonly RoleDefinition<IPlugged> Role = Define();

    [UnconditionalSuppressMessage("Trimming", "IL2026", Justification = "A native child refuses to load a plugin; a spec says so.")]
    [UnconditionalSuppressMessage("AOT", "IL3050", Justification = "A native child refuses to load a plugin; a spec says so.")]
    private static RoleDefinition<IPlugged> Define() => RoleDefinition.ForPlugin<IPlugged>("plugged")
        .Handles<string, string>(static (plugged, what, _) => ValueTask.FromResult(plugged.Handle(what)));
}
