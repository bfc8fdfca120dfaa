using System.Globalization;
using System.Text.Json;
using ActorBrowser.Interop;
using ActorBrowser.Sandbox;

namespace ActorBrowser.Cli;

/// <summary>The claim of <c>serve --keep</c> to the process that has its commands. While it is open, that process starts commands.</summary>
internal sealed class KeeperClaim : IDisposable
{
    /// <summary>The request's verb.</summary>
    internal const string Verb = "claim";

    /// <summary>The request's member: how long ended commands are kept without a server, in ticks of 100 ns; 0 only to ask.</summary>
    internal const string KeepFor = "keep_for";

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(10);

    private readonly ServeClient _client;
    private readonly ProcessDescriptor? _process;

    private KeeperClaim(ServeClient client, ProcessDescriptor? process) => (_client, _process) = (client, process);

    /// <summary>The keeper's pid.</summary>
    internal int Process { get; private init; }

    /// <summary>How many commands it had already; 0 if it has just started.</summary>
    internal int Commands { get; private init; }

    /// <summary>The keeper's answer.</summary>
    /// <param name="isYours">Whether the asking server has claimed it.</param>
    /// <param name="isFree">Whether no server has.</param>
    /// <param name="commands">How many commands it has.</param>
    internal static byte[] Answer(bool isYours, bool isFree, int commands) => ServeJson.Write(json =>
    {
        json.WriteBoolean("yours", isYours);
        json.WriteBoolean("free", isFree);
        json.WriteNumber("commands", commands);
    });

    /// <summary>Claims the keeper of a server that was killed.</summary>
    /// <param name="keepFor">How long ended commands are kept without a server.</param>
    /// <param name="cancellation">Ends the wait for the answer.</param>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="ServerRunsException">Another server runs, or what runs cannot be claimed.</exception>
    internal static KeeperClaim? TryTake(TimeSpan keepFor, CancellationToken cancellation)
    {
        if (TryOpen() is not { } client)
            return null;
        // Before the question: afterwards the pid may be another's.
        var process = client.Server is > 0 and var id ? ProcessDescriptor.TryOpen(id) : null;
        try
        {
            var (isYours, isFree, commands) = Ask(client, keepFor, cancellation);
            return isYours ? new KeeperClaim(client, process) { Process = client.Server, Commands = commands } : throw new ServerRunsException(Describe(isFree, client.Server));
        }
        catch (ServerLostException)
        {
            // It was about to end.
            var isGone = process is null || process.WaitForExit(AnswerTime);
            Dispose(client, process);
            return isGone ? null : throw new ServerRunsException($"what listens at {ServeFolder.Socket} gives no answer");
        }
        catch
        {
            Dispose(client, process);
            throw;
        }
    }

    /// <summary>Starts a keeper, which is claimed from its start: a process in its own session, which does not end with this one.</summary>
    /// <param name="keepFor">How long ended commands are kept without a server.</param>
    /// <exception cref="ServerRunsException">A server runs already, or the keeper cannot start.</exception>
    internal static KeeperClaim Start(TimeSpan keepFor)
    {
        var (ours, theirs) = UnixSocket.CreatePair();
        var client = new ServeClient(ours);
        ProcessDescriptor? process = null;
        try
        {
            var id = Spawn(theirs, keepFor);
            process = ProcessDescriptor.Open(id);
            _ = ReadAnswer(client);
            return new KeeperClaim(client, process) { Process = id };
        }
        catch (ServerRefusedException e)
        {
            // With the exit code that a server without a keeper has.
            throw EndOf(client, process) is { ExitCode: ExitCodes.Usage } ? new UsageException(e.Message) : new ServerRunsException(e.Message);
        }
        catch (ServerLostException)
        {
            var how = EndOf(client, process) is not { } end ? "it still runs" : end.Signal is { } signal ? $"signal {signal}" : $"exit code {end.ExitCode}";
            throw new ServerRunsException($"the process that keeps the commands did not start ({how}); with ACTORBROWSER_LOG=debug, {ServeFolder.Log} says more");
        }
        catch
        {
            // A keeper whose claim ends has no command, and ends.
            Dispose(client, process);
            throw;
        }
    }

    private static ServeClient? TryOpen()
    {
        try
        {
            return ServeClient.TryOpen();
        }
        catch (ServerSilentException e)
        {
            throw new ServerRunsException(e.Message);
        }
    }

    private static ProcessEnd? EndOf(ServeClient client, ProcessDescriptor? process)
    {
        client.Dispose();
        using (process)
            return process is not null && process.WaitForExit(AnswerTime) && process.TryReap(out var end) ? end : null;
    }

    private static int Spawn(SafeDescriptor channel, TimeSpan keepFor)
    {
        var program = ChildExecutable.Current;
        using var raised = DescriptorFlags.RaiseAboveChildNumbers(channel);
        using var log = OpenLog();
        var errno = ProcessSpawner.TrySpawn(
            new SpawnRequest
            {
                Path = SpawnRequest.Utf8(program.Path),
                Arguments = SpawnRequest.Utf8([program.Path, .. program.Arguments, KeeperCommand.Name, KeeperCommand.KeepFor, keepFor.TotalSeconds.ToString(CultureInfo.InvariantCulture)]),
                Environment = SpawnRequest.Utf8(Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>().Select(static variable => $"{variable.Key}={variable.Value}")),
                Error = log,
                Channel = raised,
            },
            out var process);
        return errno == 0 ? process : throw new SystemCallException("posix_spawn", errno);
    }

    // Not this process's stderr: who reads that to its end would wait for the keeper, which may outlive this process.
    private static SafeDescriptor? OpenLog()
    {
        if (CliBrowser.LogLevel() == "OFF")
            return null;
        using var file = File.OpenHandle(ServeFolder.Log, FileMode.Create, FileAccess.Write, FileShare.ReadWrite);
        var log = new SafeDescriptor((int)file.DangerousGetHandle());
        file.SetHandleAsInvalid();
        return DescriptorFlags.RaiseAboveChildNumbers(log);
    }

    /// <summary>Says what listens already.</summary>
    /// <param name="cancellation">Ends the wait for its answer.</param>
    internal static string DescribeOther(CancellationToken cancellation)
    {
        try
        {
            using var client = TryOpen();
            return Describe(client is not null && Ask(client, TimeSpan.Zero, cancellation).IsFree, client?.Server ?? 0);
        }
        catch (ServerLostException)
        {
            // It gave no answer: it was about to end, or is no server.
            return Describe(isFree: false, 0);
        }
        catch (ServerRunsException e)
        {
            return e.Message;
        }
    }

    private static string Describe(bool isFree, int process) => isFree
        ? $"a server was killed, and process {process} has kept its commands: 'actorbrowser serve --keep' takes them over, 'kill {process}' ends them"
        : $"a server runs already, at {ServeFolder.Socket}";

    private static (bool IsYours, bool IsFree, int Commands) Ask(ServeClient client, TimeSpan keepFor, CancellationToken cancellation)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var ended = late.Token.UnsafeRegister(static client => ((ServeClient)client!).End(), client);
        late.CancelAfter(AnswerTime);
        try
        {
            client.Send(ServeKind.Request, ServeJson.Request(Verb, json => json.WriteNumber(KeepFor, keepFor.Ticks)));
            return ReadAnswer(client);
        }
        catch (ServerRefusedException e)
        {
            // Another build's.
            throw new ServerRunsException($"{e.Message} It is process {client.Server}.");
        }
        catch (ServerLostException) when (late.IsCancellationRequested)
        {
            cancellation.ThrowIfCancellationRequested();
            throw new ServerRunsException($"what listens at {ServeFolder.Socket}, process {client.Server}, has not answered within {AnswerTime.TotalSeconds:0} seconds");
        }
    }

    private static (bool IsYours, bool IsFree, int Commands) ReadAnswer(ServeClient client)
    {
        var kind = client.Read(out var content);
        if (kind == ServeKind.Failed)
            throw new ServerRefusedException(ServeJson.Text(content));
        try
        {
            var answer = kind == ServeKind.Answer ? ServedCommand.Parse(content) : throw new ServerLostException();
            return (answer.GetProperty("yours").GetBoolean(), answer.GetProperty("free").GetBoolean(), answer.GetProperty("commands").GetInt32());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            // It is no server.
            throw new ServerLostException();
        }
    }

    /// <summary>Blocks until the keeper is gone, or until cancellation has ended it.</summary>
    /// <param name="cancellation">Ends the keeper with its commands; after SIGHUP, only this claim.</param>
    /// <exception cref="OperationCanceledException">It was cancelled, and nothing is left, except after SIGHUP.</exception>
    internal void Hold(CancellationToken cancellation)
    {
        using (cancellation.UnsafeRegister(static claim => ((KeeperClaim)claim!).Leave(), this))
        {
            try
            {
                while (true)
                    _client.Read(out _);
            }
            catch (ServerLostException)
            {
                // The keeper closes the claim when it begins to end.
            }
        }
        if (!IsLeft)
            _process?.WaitForExit(Timeout.InfiniteTimeSpan);
        cancellation.ThrowIfCancellationRequested();
    }

    private static bool IsLeft => Interruption.Received == Interruption.Hangup;

    private void Leave()
    {
        if (IsLeft)
            _client.End();
        else
            _client.Send(ServeKind.Signal, [0]);
    }

    private static void Dispose(ServeClient client, ProcessDescriptor? process)
    {
        client.Dispose();
        process?.Dispose();
    }

    public void Dispose() => Dispose(_client, _process);
}

/// <summary>A server runs already, or the keeper cannot be claimed or started.</summary>
/// <param name="message">One sentence, without its full stop.</param>
internal sealed class ServerRunsException(string message) : Exception(message);
