using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// The reading end of one of a command's outputs, a pipe or a terminal. The reactor reads it only while there is credit, so that
/// without credit the command waits. This process creates a pipe's ends itself. A terminal comes from the runner: only a
/// master is accepted, and the session makes it non-blocking again.
/// </summary>
internal sealed class OutputPipe : IReadinessHandler, IOutputSource
{
    // Smaller than the large object heap's threshold.
    private const int MostAtOnce = 64 << 10;
    private const int ReadsATurn = 4;

    /// <summary>A pipe found full is enlarged to this size, in bytes.</summary>
    private const int Room = 256 << 10;

    [ThreadStatic]
    private static byte[]? t_buffer;

    private readonly Lock _lock = new();
    private readonly IActorRef _session;
    private readonly OutputStream _stream;
    private readonly SafeDescriptor _descriptor;
    private readonly SafeDescriptor? _writer;
    private IReactorRegistration? _registration;
    private long _credit;
    private long _passed;
    private bool _large;
    private bool _ended;

    /// <summary>Creates the pipe's reader.</summary>
    /// <param name="session">The actor that is told of output.</param>
    /// <param name="stream">Which of the command's streams it is.</param>
    /// <param name="descriptor">The non-blocking reading end; owned by this object from now on.</param>
    /// <param name="writer">A pipe's writing end, kept open as long as the reading end, so that the pipe never reports its end.</param>
    /// <param name="credit">How many bytes to read before more is granted.</param>
    internal OutputPipe(IActorRef session, OutputStream stream, SafeDescriptor descriptor, SafeDescriptor? writer, long credit)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("On Windows a command's output comes in frames.");
        _session = session;
        _stream = stream;
        _descriptor = descriptor;
        _writer = writer;
        _credit = credit;
    }

    public OutputStream Stream => _stream;

    public void Start()
    {
        lock (_lock)
            Resume();
    }

    public void Grant(long bytes)
    {
        lock (_lock)
        {
            _credit += bytes;
            Resume();
        }
    }

    public bool ReadToTheEnd(long received)
    {
        lock (_lock)
        {
            if (_ended)
                return false;
            // Reads no more than what waits now: a remaining writer is not waited for.
            for (var left = UnixPipe.Waiting(_descriptor); left > 0;)
            {
                var read = ReadOnce(left);
                if (read <= 0)
                    break;
                left -= read;
            }
            Close();
            if (received == _passed)
                return true;
            _session.Tell(new Ended(_stream), ActorRefs.NoSender);
            return false;
        }
    }

    public void OnReady(Readiness readiness)
    {
        lock (_lock)
        {
            for (var i = 0; i < ReadsATurn && !_ended; i++)
            {
                if (_credit <= 0)
                {
                    Pause();
                    return;
                }
                var read = ReadOnce(_credit);
                if (read < 0)
                    End();
                if (read <= 0)
                    return;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
            Close();
    }

    /// <summary>The number of bytes read; 0 if there are none now, −1 at the end.</summary>
    private int ReadOnce(long most)
    {
        if (_ended)
            return -1;
        // A stream that fills whole pieces is read into the array that is passed on; for other streams most of that array would be wasted.
        var direct = _large && most >= MostAtOnce ? GC.AllocateUninitializedArray<byte>(MostAtOnce) : null;
        var buffer = direct ?? (t_buffer ??= GC.AllocateUninitializedArray<byte>(MostAtOnce));
        var result = UnixPipe.Read(_descriptor, buffer.AsSpan(0, (int)Math.Min(most, MostAtOnce)));
        if (result.Status == SocketStatus.WouldBlock)
            return 0;
        if (result.Status != SocketStatus.Ok)
            return -1;
        _credit -= result.Bytes;
        _passed += result.Bytes;
        if (!_large && result.Bytes > MostAtOnce / 2)
            UnixPipe.AskForRoom(_descriptor, Room);
        _large = result.Bytes > MostAtOnce / 2;
        var data = direct is null ? buffer.AsMemory(0, result.Bytes).ToArray() : direct.AsMemory(0, result.Bytes);
        _session.Tell(new Read(_stream, data), ActorRefs.NoSender);
        return result.Bytes;
    }

    private void Resume()
    {
        if (!_ended && _credit > 0)
            _registration ??= Reactor.Shared.Register(_descriptor, Readiness.Readable, this);
    }

    // The descriptor is removed from the reactor: with an empty interest, a pipe without writers would be reported for ever.
    private void Pause()
    {
        _registration?.Dispose();
        _registration = null;
    }

    private void End()
    {
        Close();
        _session.Tell(new Ended(_stream), ActorRefs.NoSender);
    }

    private void Close()
    {
        _ended = true;
        Pause();
        _descriptor.Dispose();
        _writer?.Dispose();
    }

    /// <summary>A piece of output.</summary>
    internal sealed record Read(OutputStream Stream, ReadOnlyMemory<byte> Data) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>The stream has ended.</summary>
    internal sealed record Ended(OutputStream Stream) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
