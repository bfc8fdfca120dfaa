using ActorBrowser.Sandbox;
using ActorBrowser.Transport;
using Akka.Actor;

namespace ActorBrowser;

/// <summary>A child's state, as <see cref="ChildProcessProtocol.Status"/> tells it.</summary>
public enum ChildState
{
    /// <summary>The process is being started.</summary>
    Spawning,

    /// <summary>It runs; Hello and Ready are awaited.</summary>
    Handshaking,

    /// <summary>It takes work.</summary>
    Ready,

    /// <summary>It was asked to exit, or has closed its channel; the exit is awaited.</summary>
    ShuttingDown,

    /// <summary>It was killed; the exit is awaited.</summary>
    Killing,

    /// <summary>It is gone.</summary>
    Exited,
}

/// <summary>What kind of program a child is, as its Hello says.</summary>
public enum ChildImage
{
    /// <summary>It has not said Hello.</summary>
    Unknown,

    /// <summary>A .NET program whose code a JIT compiler makes as it runs.</summary>
    Jit,

    /// <summary>A native program (NativeAOT).</summary>
    Native,
}

/// <summary>Why a child ended.</summary>
public enum ExitReason
{
    /// <summary>Asked to shut down, and exited with code 0 in time.</summary>
    Clean,

    /// <summary>Ended by itself: another exit code, a signal, or exit code 0 without being asked.</summary>
    Crashed,

    /// <summary>Killed by us; see <see cref="KillCause"/>.</summary>
    Killed,

    /// <summary>The process could not be started.</summary>
    SpawnFailed,

    /// <summary>It did not say Hello and Ready properly and in time.</summary>
    HandshakeFailed,

    /// <summary>It broke the protocol and was killed.</summary>
    ProtocolViolation,

    /// <summary>It made a system call that its profile does not allow, and was killed for it.</summary>
    SandboxViolation,
}

/// <summary>Why we killed a child.</summary>
public enum KillCause
{
    /// <summary>We did not.</summary>
    None,

    /// <summary>Somebody asked.</summary>
    Request,

    /// <summary>It did not exit within the shutdown timeout.</summary>
    ShutdownTimeout,

    /// <summary>It missed its heartbeats, or closed its channel and stayed.</summary>
    Hang,

    /// <summary>It exceeded a limit.</summary>
    Limit,

    /// <summary>Its actor was stopped.</summary>
    Parent,
}

/// <summary>What a <see cref="ChildProcessActor"/> understands and says.</summary>
public static class ChildProcessProtocol
{
    /// <summary>Sent to a child.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>Said by a child.</summary>
    public interface IEvent : INoSerializationVerificationNeeded;

    /// <summary>Are you there? Answered by <see cref="Pong"/>, or by <c>Status.Failure</c> with <see cref="ChildLostException"/>.</summary>
    public sealed class Ping : ICommand
    {
        /// <summary>The one Ping.</summary>
        public static readonly Ping Instance = new();

        private Ping()
        {
        }
    }

    /// <summary>Finish and exit; killed after the shutdown timeout.</summary>
    public sealed class Shutdown : ICommand
    {
        /// <summary>The one Shutdown.</summary>
        public static readonly Shutdown Instance = new();

        private Shutdown()
        {
        }
    }

    /// <summary>SIGKILL to the process and its session. Legal in every state, any number of times.</summary>
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
    /// Tell this actor, too, of everything that happens to the child: <see cref="ChildReady"/>, <see cref="SandboxViolated"/>, <see cref="ChildExited"/>.
    /// A child that is gone answers with its <see cref="ChildExited"/>.
    /// </summary>
    /// <param name="Subscriber">Whom to tell.</param>
    public sealed record Subscribe(IActorRef Subscriber) : ICommand, IValidated
    {
        object? IValidated.Refusal() => Subscriber is null
            ? new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(Subscribe), "Subscriber is null"))
            : null;
    }

    /// <summary>A message for an embedder's own role. Answers come as <see cref="RoleAnswer"/> to the sender of the message with that id.</summary>
    /// <param name="Kind">The embedder's number.</param>
    /// <param name="Payload">The embedder's bytes; not changed after sending.</param>
    public sealed record SendToRole(ushort Kind, ReadOnlyMemory<byte> Payload) : ICommand;

    /// <summary>An embedder's role has answered.</summary>
    /// <param name="Kind">The embedder's number.</param>
    /// <param name="Payload">The embedder's bytes.</param>
    public sealed record RoleAnswer(ushort Kind, ReadOnlyMemory<byte> Payload) : IEvent;

    /// <summary>The answer to <see cref="Ping"/>.</summary>
    /// <param name="RoundTrip">From the frame written to the answer's arrival.</param>
    public sealed record Pong(TimeSpan RoundTrip) : IEvent;

    /// <summary>What a child is doing.</summary>
    /// <param name="State">Its state.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid; 0 before it has one.</param>
    /// <param name="IsAlive">Whether the process exists.</param>
    /// <param name="Layers">What confines it, as it measured itself; empty before Hello.</param>
    public sealed record Status(ChildState State, string Role, int ProcessId, bool IsAlive, IReadOnlyList<LayerReport> Layers) : IEvent
    {
        /// <summary>What kind of program it is.</summary>
        public ChildImage Image { get; init; }
    }

    /// <summary>The child takes work.</summary>
    /// <param name="Child">Its actor.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid.</param>
    /// <param name="SpawnTime">From the launch to Ready.</param>
    public sealed record ChildReady(IActorRef Child, string Role, int ProcessId, TimeSpan SpawnTime) : IEvent, IValidated
    {
        object? IValidated.Refusal() => Child is not null && Router is not null ? null
            : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(ChildReady), "it comes from a child's actor alone"));

        /// <summary>For the one actor that uses it.</summary>
        internal ChildRouter? Router { get; init; }
    }

    /// <summary>A child made a system call that its profile does not allow; the call was refused.</summary>
    /// <param name="Child">Its actor.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid.</param>
    /// <param name="Violation">The call and the rule.</param>
    public sealed record SandboxViolated(IActorRef Child, string Role, int ProcessId, SandboxViolation Violation) : IEvent;

    /// <summary>The child is gone: said exactly once, after everything it had sent, before the actor stops.</summary>
    /// <param name="Child">Its actor.</param>
    /// <param name="Role">Its role.</param>
    /// <param name="ProcessId">Its pid; 0 when it never had one.</param>
    /// <param name="Reason">Why.</param>
    /// <param name="Cause">Why we killed it, if we did.</param>
    /// <param name="ExitCode">Set when it exited by itself.</param>
    /// <param name="Signal">The signal that ended it.</param>
    /// <param name="Message">One sentence.</param>
    /// <param name="InFlight">The ids of what was unanswered.</param>
    /// <param name="LastStderrLines">Oldest first.</param>
    /// <param name="StartedAt">When it was launched.</param>
    /// <param name="ReadyAt">When it was ready; null when it never was.</param>
    /// <param name="EndedAt">When its exit was seen.</param>
    public sealed record ChildExited(
        IActorRef Child, string Role, int ProcessId, ExitReason Reason, KillCause Cause, int? ExitCode, int? Signal, string Message,
        IReadOnlyList<ulong> InFlight, IReadOnlyList<string> LastStderrLines,
        DateTimeOffset StartedAt, DateTimeOffset? ReadyAt, DateTimeOffset EndedAt) : IEvent, IValidated
    {
        object? IValidated.Refusal() => Child is not null && Message is not null ? null
            : new Akka.Actor.Status.Failure(new InvalidMessageException(nameof(ChildExited), "it comes from a child's actor alone"));

        /// <summary>What confined it, as it measured itself; empty before Hello.</summary>
        public IReadOnlyList<LayerReport> Layers { get; init; } = [];

        /// <summary>What kind of program it was.</summary>
        public ChildImage Image { get; init; }

        /// <summary>Whether the next one of this role would end in the same way: nothing but a change of program or machine helps.</summary>
        internal bool WillRecur { get; init; }

        /// <summary>Whether the program ended itself before it was ready: once may be chance, twice in succession is not.</summary>
        internal bool DiedAtStart { get; init; }

        /// <summary>The name of its dump in the folder of crash reports; null for none.</summary>
        public string? Dump { get; init; }
    }
}
