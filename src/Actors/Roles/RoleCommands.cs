using System.Buffers;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Messages to a role's actor from its clients, beside the role's own.</summary>
internal static class RoleCommands
{
    /// <summary>A request with its own timeout and cancellation.</summary>
    internal sealed record Ask(object Request, Type Answer, TimeSpan? Timeout, CancellationToken Cancellation) : TracedMessage;

    /// <summary>A request whose items go to a sink. Answered by <see cref="StreamOpened"/>; afterwards the sink is ended once.</summary>
    internal sealed record OpenStream(object Request, Type Item, RoleStreamSink Sink, TimeSpan? Timeout) : TracedMessage;

    /// <summary>The stream is accepted.</summary>
    internal sealed record StreamOpened(RoleCodec Codec) : INoSerializationVerificationNeeded;

    /// <summary>The reader of a stream has taken bytes.</summary>
    internal sealed record Consumed(RoleStreamSink Sink, int Bytes) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The asker does not want the answer to a call.</summary>
    internal sealed record CancelCall(IActorRef Role, RoleCall Call) : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal void Send() => Role.Tell(this, ActorRefs.NoSender);
    }

    /// <summary>The reader of a stream has left.</summary>
    internal sealed record CloseStream(RoleStreamSink Sink) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>An item of a stream is malformed.</summary>
    internal sealed record ItemUnreadable(RoleStreamSink Sink, string Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A long answer was read.</summary>
    internal sealed record AnswerRead(RoleCall Call, object Answer) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>A long answer is malformed.</summary>
    internal sealed record AnswerUnreadable(RoleChild Child, RoleCall Call, string Problem) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}

/// <summary>
/// A request as its sender's codec wrote it, to a role's actor by itself or in a <see cref="RoleCommands.Ask"/> or <see
/// cref="RoleCommands.OpenStream"/>. Its child reads it, and this process does not. Its answer is a <see cref="RawAnswer"/>.
/// </summary>
/// <param name="Signature">The handler's signature.</param>
/// <param name="Bytes">The request.</param>
internal sealed record RawRequest(string Signature, ReadOnlyMemory<byte> Bytes) : INoSerializationVerificationNeeded;

/// <summary>An answer as the child wrote it.</summary>
internal sealed record RawAnswer(ReadOnlySequence<byte> Bytes) : INoSerializationVerificationNeeded;

/// <summary>What a role's actor is created with.</summary>
/// <param name="Role">The role.</param>
/// <param name="Limits">Its settings.</param>
/// <param name="Settings">The browser's settings.</param>
/// <param name="Policy">Its sandbox policy; null for its profile.</param>
/// <param name="Launcher">Starts its children.</param>
/// <param name="IsInProcess">Whether they are no processes.</param>
/// <param name="Memory">What its restart keeps.</param>
internal sealed record RoleSetup(
    RoleDefinition Role, RoleSettings Limits, ActorBrowserSettings Settings, Sandbox.SandboxPolicy? Policy, IChildLauncher Launcher, bool IsInProcess, RoleMemory Memory)
{
    internal string Name => Role.Name;

    internal RestartSettings Restart => Settings.Restart.For(Role.Name);

    /// <summary>The policy of children that load an assembly: they may read its folder.</summary>
    /// <param name="plugin">The assembly's full path; null for none.</param>
    internal Sandbox.SandboxPolicy? PolicyFor(string? plugin) =>
        plugin is null ? Policy : (Policy ?? Settings.Sandbox.ProfileOf(Name)).AllowRead(Path.GetDirectoryName(plugin)!);
}
