using ActorBrowser.Interop;
using ActorBrowser.Transport;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// The reading end of one of a command's outputs, a pipe or a terminal: read on the reactor while there is credit, and
/// left alone while there is none, so that the command waits. A pipe's ends are this process's own from the start. A
/// terminal's comes from the runner: nothing but a master is accepted, and its session makes it non-blocking again.
/// </summary>
internal sealed class OutputPipe : IReadinessHandler, IDisposable
{
    // Below the size at which arrays are collected with the whole heap.
    private const int MostAtOnce = 64 << 10;
    private const int ReadsATurn = 4;

    /// <summary>What a pipe that is full when it is read is enlarged to.</summary>
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

    /// <summary>See the class.</summary>
    /// <param name="session">Who is told.</param>
    /// <param name="stream">Which stream of the command's it is.</param>
    /// <param name="descriptor">The reading end, which does not block; owned by this from now on.</param>
    /// <param name="writer">A pipe's writing end: kept as long as the reading end is, so that the pipe does not end by itself.</param>
    /// <param name="credit">How much is read before more is granted, in bytes.</param>
    internal OutputPipe(IActorRef session, OutputStream stream, SafeDescriptor descriptor, SafeDescriptor? writer, long credit)
    {
        _session = session;
        _stream = stream;
        _descriptor = descriptor;
        _writer = writer;
        _credit = credit;
    }

    internal OutputStream Stream => _stream;

    internal void Start()
    {
        lock (_lock)
            Resume();
    }

    internal void Grant(long bytes)
    {
        lock (_lock)
        {
            _credit += bytes;
            Resume();
        }
    }

    /// <summary>Every process of the command is gone: what is there now is read, credit or not, and then told to be all.</summary>
    /// <param name="received">How much the session has, in bytes.</param>
    /// <returns>Whether that is all, so that nothing is told any more.</returns>
    internal bool ReadToTheEnd(long received)
    {
        lock (_lock)
        {
            if (_ended)
                return false;
            // So much and no more: should a writer be left after all, it is not waited for.
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

    /// <summary>How much was read; 0 when there is nothing now, −1 at the end.</summary>
    private int ReadOnce(long most)
    {
        if (_ended)
            return -1;
        // A stream that fills its pieces is read into what is passed on; one that does not would waste most of it.
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

    // Not an empty interest: a pipe without writers would be reported for ever.
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

    /// <summary>There is no more of it.</summary>
    internal sealed record Ended(OutputStream Stream) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
