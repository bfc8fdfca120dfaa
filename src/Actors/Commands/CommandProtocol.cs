using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Commands: any program, run by the command runner and represented by an actor (its session). Send messages to the browser, or to a command's session.</summary>
public static partial class CommandProtocol
{
    /// <summary>A message that the registry or a session handles.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>A message that the registry handles; send it to the browser.</summary>
    public interface IRegistryCommand : ICommand;

    /// <summary>A message to a requester or subscriber.</summary>
    public interface IEvent : INoSerializationVerificationNeeded;

    /// <summary>Asks for a command's state. Answered by a <see cref="CommandSnapshot"/> or <see cref="UnknownHandle"/>.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    public sealed record Poll(string Handle) : IRegistryCommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Handle(nameof(Poll), Handle);
    }

    /// <summary>Waits for a command. Answered by <see cref="Waited"/> once the command has ended and all its output has arrived, or at the timeout, or by <see cref="UnknownHandle"/>.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    /// <param name="Timeout">Null for no limit. It ends the wait, not the command.</param>
    public sealed record Wait(string Handle, TimeSpan? Timeout = null) : IRegistryCommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Handle(nameof(Wait), Handle) ?? CommandChecks.Time(nameof(Wait), nameof(Timeout), Timeout);
    }

    /// <summary>Ends the command and every process it started. Answered by a <see cref="CommandSnapshot"/> once all are gone, or by <see cref="UnknownHandle"/>.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    /// <param name="Grace">The time between TERM and KILL; null for the command's grace.</param>
    public sealed record KillCommand(string Handle, TimeSpan? Grace = null) : IRegistryCommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Handle(nameof(KillCommand), Handle) ?? CommandChecks.Time(nameof(KillCommand), nameof(Grace), Grace);
    }

    /// <summary>Forgets a command, and kills it if it still runs. Answered by <see cref="Released"/> once it is gone.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    public sealed record Release(string Handle) : IRegistryCommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Handle(nameof(Release), Handle);
    }

    /// <summary>Like <see cref="Subscribe"/>, by handle, and also for a command that has ended: its retained output is sent again. <see cref="UnknownHandle"/> goes to the sender.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    /// <param name="Subscription">The subscription.</param>
    public sealed record SubscribeTo(string Handle, Subscribe Subscription) : IRegistryCommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Handle(nameof(SubscribeTo), Handle) ?? CommandChecks.Subscription(nameof(SubscribeTo), Subscription);
    }

    /// <summary>Lists the registry's entries. Answered by <see cref="Handles"/>.</summary>
    public sealed class ListHandles : IRegistryCommand
    {
        /// <summary>The one ListHandles.</summary>
        public static readonly ListHandles Instance = new();

        private ListHandles()
        {
        }
    }

    /// <summary>The command has started.</summary>
    /// <param name="Handle">The command's handle in the registry; never reused for another command.</param>
    /// <param name="Session">The command's actor. It stops once the command is over and every subscriber was told of its end.</param>
    /// <param name="ProcessId">Its pid.</param>
    /// <param name="StartedAt">In UTC.</param>
    public sealed record Spawned(string Handle, IActorRef Session, int ProcessId, DateTimeOffset StartedAt) : IEvent
    {
        /// <summary>What confines it; null for a command of another node.</summary>
        public CommandConfinement? Confinement { get; init; }
    }

    /// <summary>The command was not started.</summary>
    /// <param name="Kind">Why it was not started.</param>
    /// <param name="Errno">The errno; 0 for none.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record SpawnRefused(SpawnFailure Kind, int Errno, string Message) : IEvent;

    /// <summary>No command has this handle.</summary>
    /// <param name="Handle">The handle asked for.</param>
    public sealed record UnknownHandle(string Handle) : IEvent;

    /// <summary>The end of a wait.</summary>
    /// <param name="Snapshot">The command's current state.</param>
    /// <param name="TimedOut">Whether the timeout came first; the command continues.</param>
    public sealed record Waited(CommandSnapshot Snapshot, bool TimedOut) : IEvent;

    /// <summary>The end of a release.</summary>
    /// <param name="Handle">The handle asked for.</param>
    /// <param name="Found">Whether the registry had the command.</param>
    public sealed record Released(string Handle, bool Found) : IEvent, IDeadLetterSuppression;

    /// <summary>The registry's entries, oldest first.</summary>
    /// <param name="Entries">Each command's handle and session, and whether it is over.</param>
    public sealed record Handles(IReadOnlyList<(string Handle, IActorRef Session, bool IsOver)> Entries) : IEvent;

    /// <summary>Sends all output from an offset on to an actor. Sent to a session, or included in <see cref="Spawn"/>.</summary>
    /// <param name="Subscriber">The actor.</param>
    public sealed record Subscribe(IActorRef Subscriber) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Subscription(nameof(Subscribe), this);

        /// <summary>The offset in the whole output (both streams counted together) at which to begin, in bytes. Output no longer retained is reported as an <see cref="OutputGap"/>.</summary>
        public long From { get; init; }

        /// <summary>Whether output comes as <see cref="OutputText"/> instead of <see cref="OutputChunk"/>.</summary>
        public bool Text { get; init; }

        /// <summary>How many bytes may be sent before the first <see cref="GrantOutput"/>; null for no limit and no backpressure.</summary>
        public long? Credit { get; init; }
    }

    /// <summary>Ends a subscription.</summary>
    /// <param name="Subscriber">The actor.</param>
    public sealed record Unsubscribe(IActorRef Subscriber) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Subscriber(nameof(Unsubscribe), Subscriber);
    }

    /// <summary>The sender has consumed this many bytes of output and accepts as many more.</summary>
    /// <param name="Bytes">At least 1.</param>
    public sealed record GrantOutput(long Bytes) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Range(nameof(GrantOutput), nameof(Bytes), Bytes, 0, long.MaxValue);
    }

    /// <summary>Input for the command. Answered by <see cref="InputTaken"/> each time the command has taken some of it, or by <see cref="InputRefused"/>.</summary>
    /// <param name="Data">Must not change after sending.</param>
    public sealed record WriteInput(ReadOnlyMemory<byte> Data) : ICommand
    {
        /// <summary>The offset in the input, so that data may be sent again if its arrival is in doubt; null to append.</summary>
        public long? Offset { get; init; }
    }

    /// <summary>Closes the command's input once all of it was taken. A terminal has no such end: write its end-of-file character instead.</summary>
    public sealed class CloseInput : ICommand
    {
        /// <summary>The one CloseInput.</summary>
        public static readonly CloseInput Instance = new();

        private CloseInput()
        {
        }
    }

    /// <summary>Sends a signal to the command's process group.</summary>
    /// <param name="Number">1 to 64.</param>
    public sealed record SendSignal(int Number) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Range(nameof(SendSignal), nameof(Number), Number, 1, 64);
    }

    /// <summary>Changes the terminal's size.</summary>
    /// <param name="Columns">At least 1.</param>
    /// <param name="Rows">At least 1.</param>
    public sealed record ResizeTerminal(int Columns, int Rows) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Range(nameof(ResizeTerminal), nameof(Columns), Columns, 1, ushort.MaxValue)
            ?? CommandChecks.Range(nameof(ResizeTerminal), nameof(Rows), Rows, 1, ushort.MaxValue);
    }

    /// <summary>Ends the command and every process it started: TERM, then KILL.</summary>
    /// <param name="Grace">The time between the two; null for the command's grace.</param>
    public sealed record Terminate(TimeSpan? Grace = null) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Time(nameof(Terminate), nameof(Grace), Grace);
    }

    /// <summary>Asks a session for its state. Answered by a <see cref="CommandSnapshot"/>.</summary>
    public sealed class GetSnapshot : ICommand
    {
        /// <summary>The one GetSnapshot.</summary>
        public static readonly GetSnapshot Instance = new();

        private GetSnapshot()
        {
        }
    }

    /// <summary>A piece of output.</summary>
    /// <param name="Stream">The stream.</param>
    /// <param name="Offset">The offset in the stream, in bytes.</param>
    /// <param name="Position">The offset in the whole output, in bytes; to subscribe again, start from Position + Data.Length.</param>
    /// <param name="Data">Raw bytes; a character may be split between two pieces.</param>
    public sealed record OutputChunk(OutputStream Stream, long Offset, long Position, ReadOnlyMemory<byte> Data) : IEvent;

    /// <summary>A piece of output as text: UTF-8, decoded across pieces; invalid bytes become U+FFFD.</summary>
    /// <param name="Stream">The stream.</param>
    /// <param name="Position">The offset of its bytes in the whole output.</param>
    /// <param name="Bytes">The number of its bytes, as counted by <see cref="GrantOutput"/>.</param>
    /// <param name="Text">Empty if the piece holds only the first bytes of a character.</param>
    public sealed record OutputText(OutputStream Stream, long Position, int Bytes, string Text) : IEvent;

    /// <summary>Output that was not retained.</summary>
    /// <param name="Position">The offset of the missing output in the whole output, in bytes.</param>
    /// <param name="Bytes">The exact number of missing bytes.</param>
    public sealed record OutputGap(long Position, long Bytes) : IEvent;

    /// <summary>The command has ended; more output may still arrive.</summary>
    /// <param name="Handle">The command's handle.</param>
    /// <param name="Exit">How it ended.</param>
    public sealed record CommandExited(string Handle, CommandExit Exit) : IEvent;

    /// <summary>The command has ended, every process of its session is gone, and all output was delivered. Sent once, as the last message.</summary>
    /// <param name="Handle">The command's handle.</param>
    /// <param name="Exit">How it ended.</param>
    /// <param name="OutputBytes">The length of standard output.</param>
    /// <param name="ErrorBytes">The length of standard error.</param>
    /// <param name="Survivors">How many processes outlived the command and the <see cref="Spawn.DrainTimeout"/>, and were killed.</param>
    public sealed record CommandClosed(string Handle, CommandExit Exit, long OutputBytes, long ErrorBytes, int Survivors) : IEvent;

    /// <summary>The command has taken input.</summary>
    /// <param name="Taken">The number of bytes taken so far.</param>
    /// <param name="Ended">Whether the command takes no more.</param>
    public sealed record InputTaken(long Taken, bool Ended) : IEvent, IDeadLetterSuppression;

    /// <summary>Input was not accepted.</summary>
    /// <param name="Message">One sentence.</param>
    public sealed record InputRefused(string Message) : IEvent;

    /// <summary>The spill file could not be written; it is correct up to this point.</summary>
    /// <param name="Message">One sentence.</param>
    public sealed record SpillFailed(string Message) : IEvent;
}
