using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>Commands: any program, run by the command runner, as an actor. Sent to the browser, or to a session once there is one.</summary>
public static class CommandProtocol
{
    /// <summary>Anything the registry or a session understands.</summary>
    public interface ICommand : INoSerializationVerificationNeeded;

    /// <summary>What the registry understands; send it to the browser.</summary>
    public interface IRegistryCommand : ICommand;

    /// <summary>Anything a requester or subscriber is told.</summary>
    public interface IEvent : INoSerializationVerificationNeeded;

    /// <summary>Run a program. Answered by <see cref="Spawned"/> or <see cref="SpawnRefused"/>.</summary>
    /// <param name="Arguments">The program first; searched for in the command's PATH when it holds no slash.</param>
    public sealed record Spawn(IReadOnlyList<CommandText> Arguments) : IRegistryCommand, IValidated
    {
        /// <summary>The requester waits for its end: the registry keeps it until it is released.</summary>
        internal bool IsAwaited { get; init; }

        /// <summary>The folder to start in; null for the runner's.</summary>
        public CommandText? Folder { get; init; }

        /// <summary>The environment; null for the configuration's list of what is inherited.</summary>
        public CommandEnvironment? Environment { get; init; }

        /// <summary>Where standard input comes from.</summary>
        public CommandInput Input { get; init; }

        /// <summary>Standard input, when <see cref="Input"/> is <see cref="CommandInput.Descriptor"/>; ownership passes.</summary>
        public SafeDescriptor? InputDescriptor { get; init; }

        /// <summary>Where the output goes. A terminal is also the input.</summary>
        public CommandOutput Output { get; init; }

        /// <summary>The terminal's width.</summary>
        public int Columns { get; init; } = 80;

        /// <summary>The terminal's height.</summary>
        public int Rows { get; init; } = 24;

        /// <summary>How long it may run; null for ever.</summary>
        public TimeSpan? TotalTimeout { get; init; }

        /// <summary>How long it may be without output and input; null for ever.</summary>
        public TimeSpan? IdleTimeout { get; init; }

        /// <summary>Between TERM and KILL; null for the configuration's.</summary>
        public TimeSpan? Grace { get; init; }

        /// <summary>How long its survivors may go on writing; null for the configuration's.</summary>
        public TimeSpan? DrainTimeout { get; init; }

        /// <summary>What it may use.</summary>
        public CommandLimits Limits { get; init; }

        /// <summary>A file that keeps all of the output, in the order in which it came; null for none. Created, or emptied.</summary>
        public string? SpillFile { get; init; }

        /// <summary>The sandbox profile; null for the configuration's.</summary>
        public string? Profile { get; init; }

        /// <summary>What it may read besides, with what is below it: absolute paths, links followed now.</summary>
        public IReadOnlyList<string>? Read { get; init; }

        /// <summary>
        /// Commands of one name, profile, folder and <see cref="Read"/> share a world: a runner, processes, temporary files, and each other's fate. Null:
        /// it has one of its own, unless the configuration shares them.
        /// </summary>
        public string? World { get; init; }

        /// <summary>Subscribes with the start, so that nothing is missed; null for nobody.</summary>
        public Subscribe? Subscription { get; init; }

        /// <summary>A line for <c>/bin/sh -c</c>.</summary>
        /// <param name="line">As one would type it.</param>
        public static Spawn Shell(string line) => new(["/bin/sh", "-c", line]);

        /// <summary>What it looks like in lists and logs.</summary>
        public string Display => string.Join(' ', Arguments);

        object? IValidated.Refusal() => CommandRequest.Problem(this) is { } problem ? new SpawnRefused(SpawnFailure.InvalidRequest, problem.Errno, problem.Message) : null;
    }

    /// <summary>Answered by a <see cref="CommandSnapshot"/> or <see cref="UnknownHandle"/>.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    public sealed record Poll(string Handle) : IRegistryCommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Handle(nameof(Poll), Handle);
    }

    /// <summary>Answered by <see cref="Waited"/> once the command has ended and all its output is there, or when the time is over, or by <see cref="UnknownHandle"/>.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    /// <param name="Timeout">Null for ever. It ends the wait, not the command.</param>
    public sealed record Wait(string Handle, TimeSpan? Timeout = null) : IRegistryCommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Handle(nameof(Wait), Handle) ?? CommandChecks.Time(nameof(Wait), nameof(Timeout), Timeout);
    }

    /// <summary>Ends the command and all it has started. Answered by a <see cref="CommandSnapshot"/> once all of it is gone, or by <see cref="UnknownHandle"/>.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    /// <param name="Grace">Between TERM and KILL; null for the command's own.</param>
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

    /// <summary>As <see cref="Subscribe"/>, by handle: also for a command that has ended, whose output is told again as far as it is kept. <see cref="UnknownHandle"/> goes to the sender.</summary>
    /// <param name="Handle">From <see cref="Spawned"/>.</param>
    /// <param name="Subscription">To whom, and what.</param>
    public sealed record SubscribeTo(string Handle, Subscribe Subscription) : IRegistryCommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Handle(nameof(SubscribeTo), Handle) ?? CommandChecks.Subscription(nameof(SubscribeTo), Subscription);
    }

    /// <summary>Answered by <see cref="Handles"/>.</summary>
    public sealed class ListHandles : IRegistryCommand
    {
        /// <summary>The one ListHandles.</summary>
        public static readonly ListHandles Instance = new();

        private ListHandles()
        {
        }
    }

    /// <summary>The command runs.</summary>
    /// <param name="Handle">For the registry; never used again for another command.</param>
    /// <param name="Session">The command as an actor; it stops when the command is over and every subscriber has been told of its end.</param>
    /// <param name="ProcessId">Its pid.</param>
    /// <param name="StartedAt">In UTC.</param>
    public sealed record Spawned(string Handle, IActorRef Session, int ProcessId, DateTimeOffset StartedAt) : IEvent;

    /// <summary>The command was not started.</summary>
    /// <param name="Kind">Why.</param>
    /// <param name="Errno">The system's number; 0 for none.</param>
    /// <param name="Message">One sentence.</param>
    public sealed record SpawnRefused(SpawnFailure Kind, int Errno, string Message) : IEvent;

    /// <summary>No command has this handle.</summary>
    /// <param name="Handle">As it was asked for.</param>
    public sealed record UnknownHandle(string Handle) : IEvent;

    /// <summary>The end of a wait.</summary>
    /// <param name="Snapshot">What is so now.</param>
    /// <param name="TimedOut">Whether the time was over first: the command goes on.</param>
    public sealed record Waited(CommandSnapshot Snapshot, bool TimedOut) : IEvent;

    /// <summary>The end of a release.</summary>
    /// <param name="Handle">As it was asked for.</param>
    /// <param name="Found">Whether there was such a command.</param>
    public sealed record Released(string Handle, bool Found) : IEvent, IDeadLetterSuppression;

    /// <summary>The registry's entries, oldest first.</summary>
    /// <param name="Entries">Handle, session, and whether it is over.</param>
    public sealed record Handles(IReadOnlyList<(string Handle, IActorRef Session, bool IsOver)> Entries) : IEvent;

    /// <summary>Sends all output, from an offset on, to an actor. To a session, or with <see cref="Spawn"/>.</summary>
    /// <param name="Subscriber">Whom.</param>
    public sealed record Subscribe(IActorRef Subscriber) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Subscription(nameof(Subscribe), this);

        /// <summary>Where in the whole output, both streams counted together, to begin, in bytes. What is not kept any more comes as an <see cref="OutputGap"/>.</summary>
        public long From { get; init; }

        /// <summary>Whether output comes as <see cref="OutputText"/> instead of <see cref="OutputChunk"/>.</summary>
        public bool Text { get; init; }

        /// <summary>How many bytes may come before the first <see cref="GrantOutput"/>; null for all, without backpressure.</summary>
        public long? Credit { get; init; }
    }

    /// <summary>No more output to this actor.</summary>
    /// <param name="Subscriber">Whom.</param>
    public sealed record Unsubscribe(IActorRef Subscriber) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Subscriber(nameof(Unsubscribe), Subscriber);
    }

    /// <summary>The sender has consumed so many bytes of output: as many more may come.</summary>
    /// <param name="Bytes">At least 1.</param>
    public sealed record GrantOutput(long Bytes) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Range(nameof(GrantOutput), nameof(Bytes), Bytes, 0, long.MaxValue);
    }

    /// <summary>Input for the command. Answered by <see cref="InputTaken"/> each time the command has taken some, or by <see cref="InputRefused"/>.</summary>
    /// <param name="Data">Not changed after sending.</param>
    public sealed record WriteInput(ReadOnlyMemory<byte> Data) : ICommand
    {
        /// <summary>Where in the input it belongs, so that it may be sent again after a doubt; null for the end of what was sent.</summary>
        public long? Offset { get; init; }
    }

    /// <summary>Closes the command's input once all of it has been taken. A terminal has no such end: write the character it takes for one.</summary>
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

    /// <summary>The terminal has another size.</summary>
    /// <param name="Columns">At least 1.</param>
    /// <param name="Rows">At least 1.</param>
    public sealed record ResizeTerminal(int Columns, int Rows) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Range(nameof(ResizeTerminal), nameof(Columns), Columns, 1, ushort.MaxValue)
            ?? CommandChecks.Range(nameof(ResizeTerminal), nameof(Rows), Rows, 1, ushort.MaxValue);
    }

    /// <summary>Ends the command and all it has started: TERM, then KILL.</summary>
    /// <param name="Grace">Between the two; null for the command's own.</param>
    public sealed record Terminate(TimeSpan? Grace = null) : ICommand, IValidated
    {
        object? IValidated.Refusal() => CommandChecks.Time(nameof(Terminate), nameof(Grace), Grace);
    }

    /// <summary>Answered by a <see cref="CommandSnapshot"/>. To a session.</summary>
    public sealed class GetSnapshot : ICommand
    {
        /// <summary>The one GetSnapshot.</summary>
        public static readonly GetSnapshot Instance = new();

        private GetSnapshot()
        {
        }
    }

    /// <summary>A piece of output.</summary>
    /// <param name="Stream">Which stream's.</param>
    /// <param name="Offset">Where in the stream, in bytes.</param>
    /// <param name="Position">Where in the whole output, in bytes: the place to subscribe from again is Position + Data.Length.</param>
    /// <param name="Data">Raw; a character may be split between two pieces.</param>
    public sealed record OutputChunk(OutputStream Stream, long Offset, long Position, ReadOnlyMemory<byte> Data) : IEvent;

    /// <summary>A piece of output as text: UTF-8 that is put together across pieces, invalid bytes as U+FFFD.</summary>
    /// <param name="Stream">Which stream's.</param>
    /// <param name="Position">Where in the whole output the bytes behind it start.</param>
    /// <param name="Bytes">How many bytes they are: what a <see cref="GrantOutput"/> counts.</param>
    /// <param name="Text">May be empty, when a piece holds only the beginning of a character.</param>
    public sealed record OutputText(OutputStream Stream, long Position, int Bytes, string Text) : IEvent;

    /// <summary>Output that was not kept.</summary>
    /// <param name="Position">Where in the whole output it was.</param>
    /// <param name="Bytes">Exactly how much.</param>
    public sealed record OutputGap(long Position, long Bytes) : IEvent;

    /// <summary>The command itself has ended; output may still come.</summary>
    /// <param name="Handle">The command's.</param>
    /// <param name="Exit">How.</param>
    public sealed record CommandExited(string Handle, CommandExit Exit) : IEvent;

    /// <summary>The command has ended, every process of its session is gone, and all output was delivered; once, and last.</summary>
    /// <param name="Handle">The command's.</param>
    /// <param name="Exit">How.</param>
    /// <param name="OutputBytes">Of standard output.</param>
    /// <param name="ErrorBytes">Of standard error.</param>
    /// <param name="Survivors">How many processes outlived the command and their time for it (<see cref="Spawn.DrainTimeout"/>), and were killed.</param>
    public sealed record CommandClosed(string Handle, CommandExit Exit, long OutputBytes, long ErrorBytes, int Survivors) : IEvent;

    /// <summary>The command has taken input.</summary>
    /// <param name="Taken">How many bytes, all in all.</param>
    /// <param name="Ended">Whether it takes no more.</param>
    public sealed record InputTaken(long Taken, bool Ended) : IEvent, IDeadLetterSuppression;

    /// <summary>Input was not accepted.</summary>
    /// <param name="Message">One sentence.</param>
    public sealed record InputRefused(string Message) : IEvent;

    /// <summary>The spill file could not be written; what it holds until here is right.</summary>
    /// <param name="Message">One sentence.</param>
    public sealed record SpillFailed(string Message) : IEvent;
}
