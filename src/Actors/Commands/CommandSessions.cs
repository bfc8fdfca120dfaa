using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>A command was not started.</summary>
/// <param name="refusal">Why.</param>
public sealed class CommandRefusedException(SpawnRefused refusal) : Exception(refusal.Message)
{
    /// <summary>What kind of reason.</summary>
    public SpawnFailure Kind { get; } = refusal.Kind;

    /// <summary>The system's number; 0 for none.</summary>
    public int Errno { get; } = refusal.Errno;
}

/// <summary>Commands for people without actors. Nothing more than messages to the browser.</summary>
public readonly struct CommandSessions
{
    private const long Ahead = 256 << 10;

    private readonly IActorRef _browser;

    private CommandSessions(IActorRef browser) => _browser = browser;

    /// <summary>The commands of this browser.</summary>
    /// <param name="browser">A <see cref="BrowserActor"/>.</param>
    public static CommandSessions For(IActorRef browser) => new(browser);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Searched for in PATH when it holds no slash.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit, and what is kept of its output.</returns>
    /// <exception cref="CommandRefusedException">It was not started.</exception>
    public Task<CommandSnapshot> RunAsync(string program, params IReadOnlyList<string> arguments) =>
        RunAsync(new Spawn([program, .. arguments.Select(CommandText.FromString)]));

    /// <summary>Runs a command to its end.</summary>
    /// <param name="spawn">What.</param>
    /// <param name="graceful">Ends the command with TERM, and KILL after its grace.</param>
    /// <param name="forceful">Ends it with KILL at once.</param>
    /// <returns>Its exit, and what is kept of its output.</returns>
    /// <exception cref="CommandRefusedException">It was not started.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled; by then it is gone.</exception>
    public async Task<CommandSnapshot> RunAsync(Spawn spawn, CancellationToken graceful = default, CancellationToken forceful = default)
    {
        var spawned = await StartAsync(spawn).ConfigureAwait(false);
        var browser = _browser;
        await using var gracefully = graceful.UnsafeRegister(_ => spawned.Session.Tell(new CommandProtocol.Terminate(), ActorRefs.NoSender), null).ConfigureAwait(false);
        await using var forcefully = forceful.UnsafeRegister(_ => spawned.Session.Tell(new CommandProtocol.Terminate(TimeSpan.Zero), ActorRefs.NoSender), null).ConfigureAwait(false);
        var waited = (Waited)await browser.Ask<IEvent>(new Wait(spawned.Handle), Timeout.InfiniteTimeSpan).ConfigureAwait(false);
        browser.Tell(new Release(spawned.Handle), ActorRefs.NoSender);
        if (waited.Snapshot.Exit?.Cause == ExitCause.Kill)
        {
            graceful.ThrowIfCancellationRequested();
            forceful.ThrowIfCancellationRequested();
        }
        return waited.Snapshot;
    }

    /// <summary>Starts a command.</summary>
    /// <param name="spawn">What.</param>
    /// <returns>Its handle and its actor.</returns>
    /// <exception cref="CommandRefusedException">It was not started.</exception>
    public async Task<Spawned> StartAsync(Spawn spawn) =>
        await _browser.Ask<IEvent>(spawn, Timeout.InfiniteTimeSpan).ConfigureAwait(false) switch
        {
            Spawned spawned => spawned,
            SpawnRefused refused => throw new CommandRefusedException(refused),
            var other => throw new InvalidOperationException($"The browser answered with {other}."),
        };

    /// <summary>A command's output and end, as they come. The command waits for whoever reads too slowly, and goes on when the reading stops.</summary>
    /// <param name="system">Where the reader's actor lives.</param>
    /// <param name="handle">The command.</param>
    /// <param name="from">Where in its output to begin, in bytes.</param>
    /// <param name="text">Whether output comes as text.</param>
    /// <param name="cancellation">Ends the reading, not the command.</param>
    public async IAsyncEnumerable<IEvent> EventsAsync(
        ActorSystem system, string handle, long from = 0, bool text = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(system);
        var events = Channel.CreateUnbounded<(IEvent Event, IActorRef Session)>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = true });
        // Not unbounded in bytes: no more comes than was granted.
        var reader = system.ActorOf(Props.Create(() => new Reader(events.Writer)));
        try
        {
            _browser.Tell(new SubscribeTo(handle, new Subscribe(reader) { From = from, Text = text, Credit = Ahead }), reader);
            await foreach (var (happened, session) in events.Reader.ReadAllAsync(cancellation).ConfigureAwait(false))
            {
                yield return happened;
                var bytes = happened is OutputChunk chunk ? chunk.Data.Length : (happened as OutputText)?.Bytes ?? 0;
                if (bytes > 0)
                    session.Tell(new GrantOutput(bytes), reader);
            }
        }
        finally
        {
            system.Stop(reader);
        }
    }

    private sealed class Reader(ChannelWriter<(IEvent Event, IActorRef Session)> events) : UntypedActor
    {
        protected override void OnReceive(object message)
        {
            if (message is not IEvent happened)
                return;
            events.TryWrite((happened, Sender));
            if (happened is CommandClosed or UnknownHandle)
                events.TryComplete();
        }

        protected override void PostStop() => events.TryComplete();
    }
}
