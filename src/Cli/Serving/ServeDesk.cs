using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using static ActorBrowser.CommandProtocol;

namespace ActorBrowser.Cli;

/// <summary>Does what clients of <c>serve</c> ask for.</summary>
/// <param name="browser">The browser.</param>
/// <param name="inherited">The variables that a command inherits of its client.</param>
/// <param name="keeper">Has the commands beyond the server's end; null if they end with it.</param>
internal sealed class ServeDesk(BrowserClient browser, IReadOnlyList<string> inherited, Keeper? keeper)
{
    private const int MostRuns = 256;

    private static readonly TimeSpan RequestTime = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _places = new(MostRuns);

    /// <summary>Serves one client.</summary>
    internal async Task ServeAsync(ServeConnection connection, CancellationToken stop)
    {
        SafeDescriptor? input = null;
        try
        {
            using var first = CancellationTokenSource.CreateLinkedTokenSource(stop);
            first.CancelAfter(RequestTime);
            var (kind, content, descriptor) = await connection.ReadAsync(takesDescriptor: true, first.Token).ConfigureAwait(false);
            input = descriptor;
            using var request = kind == ServeKind.Request ? JsonDocument.Parse(content) : throw new InvalidDataException($"The first frame has the kind {(int)kind}; it must be {(int)ServeKind.Request}.");
            await DoAsync(connection, request.RootElement, input, stop).ConfigureAwait(false);
        }
        catch (Exception e) when (e is InvalidDataException or JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException or InvalidMessageException)
        {
            // What is not a request of this build.
            await FailAsync(connection, $"The server cannot read the request: {e.Message}", stop).ConfigureAwait(false);
        }
        catch (ServeException e)
        {
            await FailAsync(connection, e.Message, stop).ConfigureAwait(false);
        }
        finally
        {
            input?.Dispose();
        }
    }

    private static Task FailAsync(ServeConnection connection, string sentence, CancellationToken stop) =>
        connection.SendAsync(ServeKind.Failed, Encoding.UTF8.GetBytes(VisibleText.Line(VisibleText.Shorten(sentence, 1000))), stop);

    private async Task DoAsync(ServeConnection connection, JsonElement request, SafeDescriptor? input, CancellationToken stop)
    {
        if (request.GetProperty("build").GetString() != WireProtocol.BuildId.ToString("N"))
            throw new ServeException("The server is of another build than this program: end it, and start it again.");
        switch (request.GetProperty("verb").GetString())
        {
            case ServeClient.Greeting:
                await connection.SendAsync(ServeKind.Answer, "{}"u8.ToArray(), stop).ConfigureAwait(false);
                await ServeAsync(connection, stop).ConfigureAwait(false);
                break;
            case "run":
                await StartAsync(() => RunAsync(connection, ServeJson.ReadRun(request, inherited), input, stop), stop).ConfigureAwait(false);
                break;
            case "detach":
                await StartAsync(() => DetachAsync(connection, ServeJson.ReadRun(request, inherited), stop), stop).ConfigureAwait(false);
                break;
            case KeeperClaim.Verb:
                await ClaimAsync(connection, TimeSpan.FromTicks(request.GetProperty(KeeperClaim.KeepFor).GetInt64()), stop).ConfigureAwait(false);
                break;
            case "read":
                await ReadAsync(connection, HandleOf(request), request.GetProperty("from").GetInt64(), request.GetProperty("follow").GetBoolean(), stop).ConfigureAwait(false);
                break;
            case "list":
                await ListAsync(connection, stop).ConfigureAwait(false);
                break;
            case "kill":
                var grace = request.GetProperty("grace").GetInt64();
                _ = Snapshot(await AskAsync(new CommandProtocol.KillCommand(HandleOf(request), grace < 0 ? null : TimeSpan.FromTicks(grace)), stop).ConfigureAwait(false));
                await connection.SendAsync(ServeKind.Answer, "{}"u8.ToArray(), stop).ConfigureAwait(false);
                break;
            case "picture":
                await connection.SendAsync(ServeKind.Answer, JsonSerializer.SerializeToUtf8Bytes(await AskAsync<Picture>(WatchProtocol.GetPicture.Instance, stop).ConfigureAwait(false), PictureJson.Default.Picture), stop).ConfigureAwait(false);
                break;
            case "order":
                var order = new WatchProtocol.GiveOrder(request.GetProperty("number").GetInt64(), (ProcessOrder)request.GetProperty("order").GetInt32());
                var taken = await AskAsync<WatchProtocol.OrderTaken>(order, stop).ConfigureAwait(false);
                await connection.SendAsync(ServeKind.Answer, ServeJson.Write(json => json.WriteString("sentence", taken.Sentence)), stop).ConfigureAwait(false);
                break;
            case var other:
                throw new ServeException($"The server knows no request '{other}'.");
        }
    }

    private static string HandleOf(JsonElement request) => request.GetProperty("handle").GetString() ?? "";

    // The next one waits until one has ended; other requests do not.
    private async Task StartAsync(Func<Task> start, CancellationToken stop)
    {
        await _places.WaitAsync(stop).ConfigureAwait(false);
        try
        {
            if (keeper is null)
                await start().ConfigureAwait(false);
            else if (!await keeper.TryStartAsync(start).ConfigureAwait(false))
                throw new ServeException("The server was killed, and the process that has kept its commands starts no other: start a server with 'actorbrowser serve --keep'.");
        }
        finally
        {
            _places.Release();
        }
    }

    // With no time to keep commands, the client only asks.
    private async Task ClaimAsync(ServeConnection connection, TimeSpan keepFor, CancellationToken stop)
    {
        if (keepFor < TimeSpan.Zero || keepFor > Keeper.MostTime)
            throw new ServeException($"The time to keep commands is {keepFor}; it must be at most {Keeper.MostTime}.");
        var commands = ((Handles)await AskAsync(ListHandles.Instance, stop).ConfigureAwait(false)).Entries.Count;
        var isMine = keepFor > TimeSpan.Zero && keeper is not null && await keeper.TryClaimAsync(keepFor).ConfigureAwait(false);
        var answer = KeeperClaim.Answer(isMine, isFree: !isMine && keeper is { IsFree: true }, commands);
        if (isMine)
            await keeper!.HoldAsync(connection, answer, browser).ConfigureAwait(false);
        else
            await connection.SendAsync(ServeKind.Answer, answer, stop).ConfigureAwait(false);
    }

    // Ends the command when the client is gone.
    private async Task RunAsync(ServeConnection connection, Spawn spawn, SafeDescriptor? input, CancellationToken stop)
    {
        spawn = spawn with { Input = input is null ? CommandInput.None : CommandInput.Descriptor, InputDescriptor = input };
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var session = new TaskCompletionSource<IActorRef>(TaskCreationOptions.RunContinuationsAsynchronously);
        var reading = ServeOrders.TakeAsync(connection, session.Task, gone);
        try
        {
            await foreach (var happened in browser.Commands.RunEventsAsync(spawn, gone.Token).ConfigureAwait(false))
            {
                if (happened is Spawned spawned)
                    session.TrySetResult(spawned.Session);
                await PassAsync(connection, happened, gone.Token).ConfigureAwait(false);
            }
        }
        catch (CommandRefusedException e)
        {
            await connection.SendAsync(ServeKind.Refused, ServeJson.Refused(new SpawnRefused(e.Kind, e.Errno, e.Message)), stop).ConfigureAwait(false);
        }
        finally
        {
            await EndAsync(gone, reading).ConfigureAwait(false);
        }
    }

    private async Task DetachAsync(ServeConnection connection, Spawn spawn, CancellationToken stop)
    {
        try
        {
            var spawned = await browser.Commands.StartAsync(spawn, stop).ConfigureAwait(false);
            await connection.SendAsync(ServeKind.Started, ServeJson.Started(spawned.Handle, spawned.ProcessId), stop).ConfigureAwait(false);
        }
        catch (CommandRefusedException e)
        {
            await connection.SendAsync(ServeKind.Refused, ServeJson.Refused(new SpawnRefused(e.Kind, e.Errno, e.Message)), stop).ConfigureAwait(false);
        }
    }

    private async Task ReadAsync(ServeConnection connection, string handle, long from, bool follow, CancellationToken stop)
    {
        if (from < 0)
            throw new ServeException($"The offset is {from}; it must be at least 0.");
        var now = Snapshot(await AskAsync(new Poll(handle), stop).ConfigureAwait(false));
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var entries = (Handles)await AskAsync(ListHandles.Instance, stop).ConfigureAwait(false);
        var session = entries.Entries.FirstOrDefault(entry => entry.Handle == handle).Session ?? ActorRefs.Nobody;
        var reading = ServeOrders.TakeAsync(connection, Task.FromResult(session), gone);
        try
        {
            if (!follow && now.Status == CommandStatus.Running && from >= now.Position)
            {
                await connection.SendAsync(ServeKind.Answer, "{}"u8.ToArray(), stop).ConfigureAwait(false);
                return;
            }
            await foreach (var happened in browser.Commands.EventsAsync(handle, from, cancellation: gone.Token).ConfigureAwait(false))
            {
                await PassAsync(connection, happened, gone.Token).ConfigureAwait(false);
                var position = happened is OutputChunk chunk ? chunk.Position + chunk.Data.Length : happened is OutputGap gap ? gap.Position + gap.Bytes : 0;
                if (!follow && now.Status == CommandStatus.Running && position >= now.Position)
                {
                    await connection.SendAsync(ServeKind.Answer, "{}"u8.ToArray(), stop).ConfigureAwait(false);
                    return;
                }
            }
        }
        finally
        {
            await EndAsync(gone, reading).ConfigureAwait(false);
        }
    }

    private static async Task PassAsync(ServeConnection connection, IEvent happened, CancellationToken cancellation)
    {
        switch (happened)
        {
            case Spawned spawned:
                await connection.SendAsync(ServeKind.Started, ServeJson.Started(spawned.Handle, spawned.ProcessId), cancellation).ConfigureAwait(false);
                break;
            case OutputChunk chunk:
                await connection.SendAsync(ServeKind.Output, (byte[])[(byte)chunk.Stream, .. chunk.Data.Span], cancellation).ConfigureAwait(false);
                break;
            case OutputGap gap:
                var bytes = new byte[sizeof(long)];
                BinaryPrimitives.WriteInt64LittleEndian(bytes, gap.Bytes);
                await connection.SendAsync(ServeKind.Gap, bytes, cancellation).ConfigureAwait(false);
                break;
            case CommandClosed closed:
                await connection.SendAsync(ServeKind.Closed, ServeJson.Closed(closed), cancellation).ConfigureAwait(false);
                break;
        }
    }

    private async Task ListAsync(ServeConnection connection, CancellationToken stop)
    {
        var entries = (Handles)await AskAsync(ListHandles.Instance, stop).ConfigureAwait(false);
        var rows = new List<CommandSnapshot>();
        foreach (var (handle, _, _) in entries.Entries)
        {
            // One may be dropped meanwhile.
            if (await AskAsync(new Poll(handle), stop).ConfigureAwait(false) is CommandSnapshot snapshot)
                rows.Add(snapshot);
        }
        await connection.SendAsync(ServeKind.Answer, ServeJson.Write(json =>
        {
            json.WriteStartArray("commands");
            foreach (var row in rows)
            {
                json.WriteStartObject();
                json.WriteString("handle", row.Handle);
                json.WriteString("status", row.StatusText);
                json.WriteNumber("pid", row.ProcessId);
                json.WriteString("started", row.StartedAtText);
                if (row.Exit is { } exit)
                    json.WriteNumber("exit_code", exit.ShellCode);
                json.WriteNumber("output_bytes", row.Position);
                json.WriteString("command", VisibleText.Shorten(row.Command, 1000));
                json.WriteEndObject();
            }
            json.WriteEndArray();
        }), stop).ConfigureAwait(false);
    }

    private static async Task EndAsync(CancellationTokenSource gone, Task reading)
    {
        await gone.CancelAsync().ConfigureAwait(false);
        await reading.ConfigureAwait(false);
    }

    private static CommandSnapshot Snapshot(IEvent answer) => answer switch
    {
        CommandSnapshot snapshot => snapshot,
        UnknownHandle unknown => throw new ServeException($"There is no command '{unknown.Handle}'; ps lists them."),
        _ => throw new ServeException("The registry has no answer."),
    };

    private Task<IEvent> AskAsync(IRegistryCommand question, CancellationToken cancellation) => AskAsync<IEvent>(question, cancellation);

    private async Task<T> AskAsync<T>(object question, CancellationToken cancellation) =>
        await (await browser.LifeAsync(cancellation).ConfigureAwait(false)).AskAsync<T>(question, cancellation).ConfigureAwait(false);

    /// <summary>A request cannot be done.</summary>
    private sealed class ServeException(string message) : Exception(message);
}
