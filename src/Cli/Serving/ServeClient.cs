using System.Buffers.Binary;
using System.Text.Json;
using ActorBrowser.Interop;

namespace ActorBrowser.Cli;

/// <summary>
/// The client's end of a connection to <c>serve</c>. It blocks, on the calling thread: a client starts no actor system and hardly any
/// thread, which is what makes it fast. Writing is thread-safe.
/// </summary>
internal sealed class ServeClient : IDisposable
{
    /// <summary>The first request: the server answers it at once, whatever it does for other clients.</summary>
    internal const string Greeting = "greet";

    private static readonly TimeSpan s_greetingTime = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_answerTime = TimeSpan.FromSeconds(10);

    private readonly SafeDescriptor _socket;
    private readonly Lock _lock = new();
    private readonly byte[] _buffer = new byte[64 << 10];
    private int _from;
    private int _to;
    private TimeSpan _patience;
    private bool _goesOn;

    /// <summary>A client of the server at the other end of a connection.</summary>
    /// <param name="socket">The connection; this client owns it.</param>
    internal ServeClient(SafeDescriptor socket) => _socket = socket;

    /// <summary>The server's pid; 0 if it is not visible here.</summary>
    internal int Server => UnixPeer.CredentialsOf(_socket).Process;

    /// <summary>Connects to this user's server, and waits until it has answered the greeting: nothing else has been asked by then.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="ServerSilentException">It does not answer.</exception>
    /// <exception cref="ServerRefusedException">It is of another build.</exception>
    internal static ServeClient? TryConnect()
    {
        var client = TryOpen();
        try
        {
            if (client is not null)
            {
                using var answer = client.Ask(Greeting, static _ => { }, s_greetingTime);
            }
            return client;
        }
        catch (ServerLostException)
        {
            // It was about to end.
            client!.Dispose();
            return null;
        }
        catch
        {
            client!.Dispose();
            throw;
        }
    }

    /// <summary>Connects to this user's server, which may give no answer.</summary>
    /// <returns>Null if there is none.</returns>
    /// <exception cref="ServerSilentException">It takes no connection.</exception>
    internal static ServeClient? TryOpen()
    {
        if (!OperatingSystem.IsLinux())
            return null;
        try
        {
            var socket = UnixPeer.TryConnect(ServeFolder.Socket, s_greetingTime);
            if (socket is null)
                return null;
            if (UnixPeer.CredentialsOf(socket).User == CurrentProcess.UserId)
                return new ServeClient(socket);
            socket.Dispose();
            return null;
        }
        catch (TimeoutException)
        {
            throw new ServerSilentException($"what listens at {ServeFolder.Socket} has taken no connection for {s_greetingTime.TotalSeconds:0} seconds");
        }
    }

    /// <summary>Connects to this user's server.</summary>
    /// <exception cref="ServerAbsentException">There is none.</exception>
    /// <exception cref="ServerSilentException">It does not answer.</exception>
    /// <exception cref="ServerRefusedException">It is of another build.</exception>
    internal static ServeClient Connect() => TryConnect() ?? throw new ServerAbsentException();

    /// <summary>Whether the server sees the same files as this process: a container or a chroot may not.</summary>
    internal bool SeesSameFiles()
    {
        try
        {
            var server = Server;
            return new FileInfo($"/proc/{server}/ns/mnt").LinkTarget is { } theirs && theirs == new FileInfo("/proc/self/ns/mnt").LinkTarget
                && new DirectoryInfo($"/proc/{server}/root").LinkTarget == new DirectoryInfo("/proc/self/root").LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    internal void Send(ServeKind kind, ReadOnlySpan<byte> content, SafeDescriptor? descriptor = null)
    {
        ReadOnlySpan<byte> rest = ServeFrame.Of(kind, content);
        lock (_lock)
        {
            while (!rest.IsEmpty)
            {
                var sent = UnixSocket.Send(_socket, rest, descriptor is null ? [] : [descriptor], wait: true);
                if (sent.Status != SocketStatus.Ok)
                    // The reader learns of the end.
                    return;
                descriptor = null;
                rest = rest[sent.Bytes..];
            }
        }
    }

    /// <summary>Reads one frame, and blocks until it is there. The content is valid until the next call.</summary>
    /// <exception cref="ServerLostException">The server is gone.</exception>
    /// <exception cref="ServerSilentException">It was silent for as long as it may.</exception>
    internal ServeKind Read(out ReadOnlySpan<byte> content)
    {
        Span<byte> head = stackalloc byte[ServeFrame.HeadLength];
        Fill(head);
        if (!ServeFrame.TryReadHead(head, out var kind, out var length))
            throw new ServerLostException();
        if (length <= _to - _from)
        {
            content = _buffer.AsSpan(_from, length);
            _from += length;
            return kind;
        }
        var whole = new byte[length];
        Fill(whole);
        content = whole;
        return kind;
    }

    /// <summary>Sends a request that has one answer, which takes no long work, and returns it.</summary>
    /// <exception cref="ServerRefusedException">The server refuses; with its sentence.</exception>
    /// <exception cref="ServerSilentException">It does not answer.</exception>
    internal JsonDocument Ask(string verb, Action<Utf8JsonWriter> members) => Ask(verb, members, s_answerTime);

    /// <summary>The same for an answer that takes as long as the request's work: only a stopped server is silent.</summary>
    /// <inheritdoc cref="Ask(string, Action{Utf8JsonWriter})"/>
    internal JsonDocument AskForWork(string verb, Action<Utf8JsonWriter> members)
    {
        _goesOn = true;
        return Ask(verb, members, s_answerTime);
    }

    private JsonDocument Ask(string verb, Action<Utf8JsonWriter> members, TimeSpan patience)
    {
        LimitSilence(patience);
        Send(ServeKind.Request, ServeJson.Request(verb, members));
        var kind = Read(out var content);
        var answer = kind == ServeKind.Answer ? JsonDocument.Parse(content.ToArray()) : throw new ServerRefusedException(kind == ServeKind.Failed ? ServeJson.Text(content) : "The server gave no answer.");
        LimitSilence(TimeSpan.Zero);
        return answer;
    }

    /// <summary>Sets how long the server may be silent while something is read; zero for no limit.</summary>
    private void LimitSilence(TimeSpan patience)
    {
        _patience = patience;
        UnixPeer.SetPatience(_socket, patience);
    }

    /// <summary>Sets that what is read comes without work of the server: a silence of it is an error.</summary>
    internal void ExpectNoSilence() => LimitSilence(s_answerTime);

    internal static long Number(ReadOnlySpan<byte> content) => content.Length == sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(content) : 0;

    private void Fill(Span<byte> wanted)
    {
        while (!wanted.IsEmpty)
        {
            if (_from == _to)
            {
                var result = UnixSocket.Receive(_socket, _buffer, [], wait: true);
                if (result.Status == SocketStatus.WouldBlock)
                {
                    if (_goesOn && !ProcessState.IsStopped(Server))
                        continue;
                    throw Silence();
                }
                if (result.Status != SocketStatus.Ok)
                    throw new ServerLostException();
                (_from, _to) = (0, result.Bytes);
            }
            var taken = Math.Min(wanted.Length, _to - _from);
            _buffer.AsSpan(_from, taken).CopyTo(wanted);
            _from += taken;
            wanted = wanted[taken..];
        }
    }

    private ServerSilentException Silence()
    {
        var (server, seconds) = (Server, _patience.TotalSeconds);
        return new ServerSilentException(
            server == 0 ? $"the server has not answered for {seconds:0} seconds"
            : ProcessState.IsStopped(server) ? $"the server, process {server}, is stopped and has not answered for {seconds:0} seconds: 'kill -CONT {server}' lets it go on"
            : $"the server, process {server}, has not answered for {seconds:0} seconds: the machine is busy, or it hangs; 'kill {server}' ends it");
    }

    /// <summary>Ends the connection: a read that waits then ends, too.</summary>
    internal void End() => UnixSocket.EndBoth(_socket);

    public void Dispose() => _socket.Dispose();
}

/// <summary>No server runs.</summary>
internal sealed class ServerAbsentException() : Exception(OperatingSystem.IsLinux() ? "no server runs: start one with 'actorbrowser serve'" : "no server runs, and none can here: serve needs Linux");

/// <summary>A server runs, and does not answer.</summary>
/// <param name="message">One sentence, without its full stop.</param>
internal sealed class ServerSilentException(string message) : Exception(message);

/// <summary>The server ended before it had answered.</summary>
internal sealed class ServerLostException() : Exception("the server is gone, and its commands with it");

/// <summary>The server does not do it.</summary>
/// <param name="message">Its sentence.</param>
internal sealed class ServerRefusedException(string message) : Exception(message);
