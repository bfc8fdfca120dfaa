using System.Runtime.CompilerServices;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Chooses the program for the children of each role from <c>actorbrowser.child.executable</c>.</summary>
/// <param name="configured">That key's value.</param>
/// <param name="native">The native child image; null for the one next to this program.</param>
internal sealed class ChildPrograms(string configured, NativeChild? native = null)
{
    /// <summary>The native child image for the built-in roles, if there is one; otherwise the running program.</summary>
    internal const string Auto = "auto";

    /// <summary>The running program.</summary>
    internal const string Self = "self";

    // Searched for once: the image is not replaced while this program runs.
    private static readonly Lazy<NativeChild> Beside = new(static () => NativeChild.Find(AppContext.BaseDirectory, WireProtocol.BuildId));

    private NativeChild Native => native ?? Beside.Value;

    /// <summary>The program for a role.</summary>
    /// <param name="role">The role.</param>
    internal ChildExecutable Of(string role) => configured switch
    {
        // Only the embedder's program knows the roles that the embedder defines.
        Auto when RoleContracts.IsBuiltIn(role) && Native.Executable is { } image => image,
        Auto or Self => ChildExecutable.Current,
        _ => ChildExecutable.FromPath(configured),
    };

    /// <summary>The kind of program a role's children run, as far as known before their Hello.</summary>
    /// <param name="role">The role.</param>
    internal ChildImage ImageOf(string role) =>
        Of(role).IsChildImage ? ChildImage.Native
        : configured is not (Auto or Self) ? ChildImage.Unknown
        : IsNative ? ChildImage.Native
        : ChildImage.Jit;

    /// <summary>Logs which program children run, and why not the native image.</summary>
    /// <param name="log">The browser's log.</param>
    internal void Describe(ILoggingAdapter log)
    {
        if (configured == Auto && Native is { IsThere: true, Executable: null })
            log.Warning(Sentence);
        else
            log.Info(Sentence);
    }

    /// <summary>States which program children run, and why not the native image.</summary>
    internal string Sentence => configured switch
    {
        Auto when Native.Executable is { } image => $"Children of the built-in roles run the native image {image.Path}; those of other roles re-execute this program, {Kind}",
        Auto when IsNative => $"Children re-execute this program, {Kind}",
        Auto => $"Children re-execute this program, {Kind}: {Native.Problem}",
        Self => $"Children re-execute this program, {Kind}: actorbrowser.child.executable is self",
        _ => $"Children run {configured}, which actorbrowser.child.executable names",
    };

    private static bool IsNative => !RuntimeFeature.IsDynamicCodeSupported;

    private static string Kind => IsNative ? "which is native" : "which runs on the JIT";
}
