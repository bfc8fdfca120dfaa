using System.Runtime.CompilerServices;
using System.Threading.Channels;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser;

/// <summary>Commands for code without actors; see <see cref="BrowserClient.Commands"/>. Each call is messages to the browser.</summary>
public sealed partial class CommandClient
{
    internal const long Ahead = 256 << 10;

    private static readonly TimeSpan OnItsWay = TimeSpan.FromSeconds(1);

    private readonly BrowserClient _client;

    internal CommandClient(BrowserClient client) => _client = client;

    /// <summary>The scratch of that name, which a command with <see cref="Spawn.Scratch"/> has begun.</summary>
    /// <param name="name">Its name.</param>
    /// <exception cref="ArgumentException">The name is not valid.</exception>
    /// <exception cref="IOException">There is no such scratch.</exception>
    public Scratch Scratch(string name) => ActorBrowser.Scratch.Find(name);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Searched for in PATH if it contains no slash.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>The exit, and the retained output.</returns>
    /// <exception cref="CommandRefusedException">The command was not started.</exception>
    /// <exception cref="BrowserStoppedException">The browser is stopping or has stopped.</exception>
    public Task<CommandSnapshot> RunAsync(string program, params IReadOnlyList<string> arguments) => RunAsync(program, arguments, CancellationToken.None);

    /// <summary>Runs a program to its end.</summary>
    /// <param name="program">Searched for in PATH if it contains no slash.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="cancellation">Ends the program: TERM, then KILL after its grace.</param>
    /// <returns>The exit, and the retained output.</returns>
    /// <exception cref="CommandRefusedException">The command was not started.</exception>
    /// <exception cref="CommandCancelledException">The command was cancelled, and is gone.</exception>
    /// <exception cref="BrowserStoppedException">The browser is stopping or has stopped.</exception>
    public Task<CommandSnapshot> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(program);
        ArgumentNullException.ThrowIfNull(arguments);
        return RunAsync(new Spawn([program, .. arguments.Select(CommandText.FromString)]), cancellation);
    }

    /// <summary>Runs a command to its end. While it runs, the registry does not drop or kill it to make room; if the registry is full, the command waits.</summary>
    /// <param name="spawn">The command. With a grace of zero, cancelling kills it at once.</param>
    /// <param name="cancellation">Ends the command: TERM, then KILL after its grace.</param>
    /// <returns>The exit, and the retained output.</returns>
    /// <exception cref="CommandRefusedException">The command was not started.</exception>
    /// <exception cref="CommandCancelledException">The command was cancelled while it ran, and is gone. The exception carries its output.</exception>
    /// <exception cref="OperationCanceledException">Cancelled before the command ran.</exception>
    /// <exception cref="BrowserStoppedException">The browser is stopping or has stopped. If its stop ended the command, the exception carries the output.</exception>
    public async Task<CommandSnapshot> RunAsync(Spawn spawn, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spawn);
        var life = await _client.LifeAsync(cancellation).ConfigureAwait(false);
        var spawned = await StartAsync(life, spawn with { IsAwaited = true }, cancellation).ConfigureAwait(false);
        // A browser that stops forgets its commands itself.
        var isKept = true;
        try
        {
            await using var ending = cancellation.UnsafeRegister(
                static session => ((IActorRef)session!).Tell(new CommandProtocol.Terminate(), ActorRefs.NoSender), spawned.Session).ConfigureAwait(false);
            var answer = await life.AskAsync<IEvent>(new Wait(spawned.Handle), default).ConfigureAwait(false);
            if (answer is not Waited { Snapshot: var snapshot })
                throw new InvalidOperationException($"The command {spawned.Handle} was released by another actor while its end was awaited.");
            var wasEnded = snapshot.Exit is { Cause: ExitCause.Kill or ExitCause.RunnerLost };
            return cancellation.IsCancellationRequested && snapshot.Exit?.Cause == ExitCause.Kill ? throw new CommandCancelledException(snapshot, cancellation)
                : wasEnded && await IsStoppingAsync(life).ConfigureAwait(false) ? throw new BrowserStoppedException(snapshot)
                : snapshot;
        }
        catch (BrowserStoppedException)
        {
            isKept = false;
            throw;
        }
        finally
        {
            if (isKept)
                life.Browser.Tell(new Release(spawned.Handle), ActorRefs.NoSender);
        }
    }

    /// <summary>Starts a command.</summary>
    /// <param name="spawn">The command.</param>
    /// <param name="cancellation">Gives up the start; a command that starts afterwards is ended.</param>
    /// <returns>Its handle and its actor.</returns>
    /// <exception cref="CommandRefusedException">The command was not started.</exception>
    /// <exception cref="BrowserStoppedException">The browser is stopping or has stopped.</exception>
    public async Task<Spawned> StartAsync(Spawn spawn, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(spawn);
        return await StartAsync(await _client.LifeAsync(cancellation).ConfigureAwait(false), spawn, cancellation).ConfigureAwait(false);
    }

    private static async Task<Spawned> StartAsync(BrowserLife life, Spawn spawn, CancellationToken cancellation)
    {
        var answer = life.AskAsync<IEvent>(spawn, default);
        try
        {
            return await WithinAsync(answer, cancellation).ConfigureAwait(false) switch
            {
                Spawned spawned => spawned,
                SpawnRefused { Kind: SpawnFailure.Unavailable } when await IsStoppingAsync(life).ConfigureAwait(false) => throw BrowserLife.Stop(),
                SpawnRefused refused => throw ExceptionOf(refused),
                var other => throw new InvalidOperationException($"The browser answered with {other}."),
            };
        }
        catch (OperationCanceledException)
        {
            _ = answer.ContinueWith(
                late =>
                {
                    if (late is { IsCompletedSuccessfully: true, Result: Spawned spawned })
                        life.Browser.Tell(new Release(spawned.Handle), ActorRefs.NoSender);
                },
                CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw;
        }
    }

    // The browser begins its stop before it ends its commands.
    private static async Task<bool> IsStoppingAsync(BrowserLife life)
    {
        try
        {
            return (await life.AskAsync<BrowserShutdown.Stopping>(BrowserShutdown.AskIfStopping.Instance, default).ConfigureAwait(false)).IsStopping;
        }
        catch (BrowserStoppedException)
        {
            return true;
        }
    }

    /// <summary>Enumerates a command's output and end as they arrive. The command waits for a slow reader, and continues when the enumeration stops.</summary>
    /// <param name="handle">The command.</param>
    /// <param name="from">The offset in the output at which to begin, in bytes.</param>
    /// <param name="text">Whether output is delivered as text.</param>
    /// <param name="cancellation">Ends the enumeration, not the command.</param>
    /// <exception cref="BrowserStoppedException">The browser stopped before it reported the command's end.</exception>
    public async IAsyncEnumerable<IEvent> EventsAsync(
        string handle, long from = 0, bool text = false, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(handle);
        var life = await _client.LifeAsync(cancellation).ConfigureAwait(false);
        var subscription = new Subscribe(ActorRefs.Nobody) { From = from, Text = text, Credit = Ahead };
        await foreach (var happened in ReadAsync(life, events => CommandReader.Of(life.Browser, handle, subscription, events), cancellation).ConfigureAwait(false))
            yield return happened;
    }

    internal static Exception ExceptionOf(SpawnRefused refused) =>
        refused.Kind == SpawnFailure.Stopped ? new BrowserStoppedException(refused.Message) : new CommandRefusedException(refused);

    // Yields the reader's events; consumed output is granted again as credit.
    private static async IAsyncEnumerable<IEvent> ReadAsync(
        BrowserLife life, Func<ChannelWriter<(IEvent Event, IActorRef Session)>, Props> props, [EnumeratorCancellation] CancellationToken cancellation)
    {
        // The channel is bounded in bytes: no more arrives than was granted.
        var events = Channel.CreateUnbounded<(IEvent Event, IActorRef Session)>(new UnboundedChannelOptions { SingleReader = true });
        var reader = life.Start(props(events.Writer));
        try
        {
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
            reader.Tell(CommandReader.GiveUp.Instance, ActorRefs.NoSender);
        }
    }

    // A start that succeeds just as it is cancelled is still reported, so that the command's output is not lost.
    private static async Task<IEvent> WithinAsync(Task<IEvent> answer, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        using var whenCancelled = new CancellationTokenSource();
        await using var registration = cancellation.UnsafeRegister(static source => ((CancellationTokenSource)source!).CancelAfter(OnItsWay), whenCancelled).ConfigureAwait(false);
        try
        {
            return await answer.WaitAsync(whenCancelled.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            throw new OperationCanceledException(cancellation);
        }
    }
}
