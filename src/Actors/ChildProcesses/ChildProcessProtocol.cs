using System.Diagnostics;
using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>A child's state, as reported by <see cref="ChildProcessProtocol.Status"/>.</summary>
public enum ChildState
{
    /// <summary>The process is being started.</summary>
    Spawning,

    /// <summary>The process runs; the parent waits for Hello and Ready.</summary>
    Handshaking,

    /// <summary>The child accepts work.</summary>
    Ready,

    /// <summary>The child was asked to exit, or closed its channel; the parent waits for the exit.</summary>
    ShuttingDown,

    /// <summary>The child was killed; the parent waits for the exit.</summary>
    Killing,

    /// <summary>The process is gone.</summary>
    Exited,
}

/// <summary>The kind of program a child runs, as reported in Hello.</summary>
public enum ChildImage
{
    /// <summary>The child has not sent Hello.</summary>
    Unknown,

    /// <summary>A .NET program compiled at run time by the JIT.</summary>
    Jit,

    /// <summary>A native program (NativeAOT).</summary>
    Native,
}

/// <summary>Why a child ended.</summary>
public enum ExitReason
{
    /// <summary>It was asked to shut down and exited with code 0 in time.</summary>
    Clean,

    /// <summary>It ended by itself: another exit code, a signal, or exit code 0 without a request.</summary>
    Crashed,

    /// <summary>The parent killed it; see <see cref="KillCause"/>.</summary>
    Killed,

    /// <summary>The process could not be started.</summary>
    SpawnFailed,

    /// <summary>It did not complete the handshake (Hello, Ready) correctly and in time.</summary>
    HandshakeFailed,

    /// <summary>It broke the protocol and was killed.</summary>
    ProtocolViolation,

    /// <summary>It made a system call that its profile forbids, and was killed for it.</summary>
    SandboxViolation,
}

/// <summary>Why the parent killed a child.</summary>
public enum KillCause
{
    /// <summary>The parent did not kill it.</summary>
    None,

    /// <summary>An actor or user asked for it.</summary>
    Request,

    /// <summary>It did not exit within the shutdown timeout.</summary>
    ShutdownTimeout,

    /// <summary>It missed its heartbeats, or closed its channel without exiting.</summary>
    Hang,

    /// <summary>It exceeded a limit.</summary>
    Limit,

    /// <summary>Its actor was stopped.</summary>
    Parent,
}

/// <summary>Messages to and from a child's actor.</summary>
public static class ChildProcessProtocol
{
    /// <summary>Sent to a child.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>Sent by a child.</summary>
    public interface IEvent : INoSerializationVerificationNeeded;

    /// <summary>Checks that the child answers. Answered by <see cref="Pong"/>, or by <c>Status.Failure</c> with <see cref="ChildLostException"/>.</summary>
    public sealed class Ping : ICommand
    {
        /// <summary>The one Ping without a <see cref="TraceParent"/>.</summary>
        public static readonly Ping Instance = new(default);

        internal Ping(ActivityContext parent, RequestSpan? span = null) => (TraceParent, Span) = (parent, span);

        /// <summary>The Ping whose span is part of the current one; <see cref="Instance"/> if there is none, or no listener.</summary>
        public static Ping Traced() => BrowserTracing.Asker is var asker && asker == default ? Instance : new Ping(asker);

        /// <summary>The span that the ping's span is part of.</summary>
        public ActivityContext TraceParent { get; }

        internal RequestSpan? Span { get; }
    }

    /// <summary>Asks the child to finish and exit; it is killed after the shutdown timeout.</summary>
    public sealed class Shutdown : ICommand
    {
        /// <summary>The one Shutdown.</summary>
        public static readonly Shutdown Instance = new();

        private Shutdown()
        {
        }
    }

    /// <summary>Sends SIGKILL to the process and its session. Valid in every state, and repeatedly.</summary>
    public sealed class Kill : ICommand
    {
        /// <summary>The one Kill.</summary>
        public static readonly Kill Instance = new();

        private Kill()
        {
        }
    }

    /// <summary>Answered by <see cref="Status"/>.</summary>
    public sealed class GetStatus : ICommand
    {
        /// <summary>The one GetStatus.</summary>
        public static readonly GetStatus Instance = new();

        private GetStatus()
        {
        }
    }

    /// <summary>
    /// Tells this actor too of the child's events: <see cref="ChildReady"/>, <see cref="SandboxViolated"/>, <see
    /// cref="ChildExited"/>. A child that is gone answers with its <see cref="ChildExited"/>.
    /// </summary>
    /// <param name="Subscriber">The actor to tell.</param>
    public sealed record Subscribe(IActorRef Subscriber) : ICommand, IValidated
    {
        object? IValidated.Refusal() => Subscriber is null
            ? new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(Subscribe), "Subscriber is null"))
            : null;
    }

    /// <summary>A message for a role that the embedder defines. Each <see cref="RoleAnswer"/> goes to the sender of the message it answers.</summary>
    /// <param name="Kind">A number that the embedder defines.</param>
    /// <param name="Payload">The embedder's bytes; must not change after sending.</param>
    public sealed record SendToRole(ushort Kind, ReadOnlyMemory<byte> Payload) : TracedMessage, ICommand
    {
        /// <summary>Its span, if it has waited for the child; else null.</summary>
        internal RequestSpan? Span { get; init; }

        internal RequestSpan? Begin()
        {
            var span = RequestSpan.Begin("role message", TraceParent);
            span?.Set("actorbrowser.kind", (int)Kind);
            return span;
        }
    }

    /// <summary>The answer of an embedder's role.</summary>
    /// <param name="Kind">A number that the embedder defines.</param>
    /// <param name="Payload">The embedder's bytes.</param>
    public sealed record RoleAnswer(ushort Kind, ReadOnlyMemory<byte> Payload) : IEvent;

    /// <summary>The answer to <see cref="Ping"/>.</summary>
    /// <param name="RoundTrip">From writing the frame to the arrival of the answer.</param>
    public sealed record Pong(TimeSpan RoundTrip) : IEvent;

    /// <summary>A child's current state.</summary>
    /// <param name="State">Its state.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid; 0 before it has one.</param>
    /// <param name="IsAlive">Whether the process exists.</param>
    /// <param name="Layers">The layers that confine it, as the child measured them; empty before Hello.</param>
    public sealed record Status(ChildState State, string Role, int ProcessId, bool IsAlive, IReadOnlyList<LayerReport> Layers) : IEvent
    {
        /// <summary>The kind of program it runs.</summary>
        public ChildImage Image { get; init; }

        /// <summary>Why a child that is needed does not run: its last loss, after which it is started again later. Null if it runs, or was not needed yet.</summary>
        public string? Problem { get; init; }
    }

    /// <summary>The child accepts work.</summary>
    /// <param name="Child">Its actor.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid.</param>
    /// <param name="SpawnTime">From the launch to Ready.</param>
    public sealed record ChildReady(IActorRef Child, string Role, int ProcessId, TimeSpan SpawnTime) : IEvent, IValidated
    {
        object? IValidated.Refusal() => Child is not null && Router is not null ? null
            : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(ChildReady), "only a child's actor may send it"));

        /// <summary>For the one actor that uses the child.</summary>
        internal ChildRouter? Router { get; init; }
    }

    /// <summary>A child made a system call that its profile forbids; the call was refused.</summary>
    /// <param name="Child">Its actor.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid.</param>
    /// <param name="Violation">The call and the rule.</param>
    public sealed record SandboxViolated(IActorRef Child, string Role, int ProcessId, SandboxViolation Violation) : IEvent;

    /// <summary>The child is gone. Sent exactly once, after everything the child had sent and before its actor stops.</summary>
    /// <param name="Child">Its actor.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid; 0 when it never had one.</param>
    /// <param name="Reason">Why it ended.</param>
    /// <param name="Cause">Why the parent killed it, if it did.</param>
    /// <param name="ExitCode">Set when it exited by itself.</param>
    /// <param name="Signal">The signal that ended it.</param>
    /// <param name="Message">One sentence.</param>
    /// <param name="InFlight">The ids of unanswered requests.</param>
    /// <param name="LastStderrLines">Oldest first.</param>
    /// <param name="StartedAt">When it was launched.</param>
    /// <param name="ReadyAt">When it was ready; null when it never was.</param>
    /// <param name="EndedAt">When its exit was seen.</param>
    public sealed record ChildExited(
        IActorRef Child, string Role, int ProcessId, ExitReason Reason, KillCause Cause, int? ExitCode, int? Signal, string Message,
        IReadOnlyList<ulong> InFlight, IReadOnlyList<string> LastStderrLines,
        DateTimeOffset StartedAt, DateTimeOffset? ReadyAt, DateTimeOffset EndedAt) : IEvent, IValidated, IDeadLetterSuppression
    {
        object? IValidated.Refusal() => Child is not null && Message is not null ? null
            : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(ChildExited), "only a child's actor may send it"));

        /// <summary>The layers that confined it, as the child measured them; empty before Hello.</summary>
        public IReadOnlyList<LayerReport> Layers { get; init; } = [];

        /// <summary>The kind of program it ran.</summary>
        public ChildImage Image { get; init; }

        /// <summary>Whether the next child of this role would end the same way, until the program or the machine changes.</summary>
        internal bool WillRecur { get; init; }

        /// <summary>Whether the program ended itself before it was ready: once may be chance, twice in succession is not.</summary>
        internal bool DiedAtStart { get; init; }

        /// <summary>The limit that ended it, such as "memory"; null if none did.</summary>
        internal string? Limit { get; init; }

        /// <summary>The dump's file name in the folder of crash reports; null for none.</summary>
        public string? Dump { get; init; }
    }
}
