using ActorBrowser.Interop;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>
/// The master's side of a command's terminal, which the runner has handed over: read here, on the reactor, while there is
/// credit, and written here. It came from a child: nothing but a terminal's master is accepted, and it is made
/// non-blocking again.
/// </summary>
internal sealed class TerminalLink : IReadinessHandler, IDisposable
{
    private const int MostAtOnce = 64 << 10;

    [ThreadStatic]
    private static byte[]? t_buffer;

    private readonly Lock _lock = new();
    private readonly IActorRef _session;
    private readonly SafeDescriptor _master;
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    private IReactorRegistration? _registration;
    private Readiness _interest;
    private long _credit;
    private int _takenOfFirst;
    private long _taken;
    private bool _ended;

    internal TerminalLink(IActorRef session, SafeDescriptor master, long credit)
    {
        _session = session;
        _master = master;
        _credit = credit;
        DescriptorFlags.SetNonBlocking(master);
        lock (_lock)
            Watch();
    }

    internal void Grant(long bytes)
    {
        lock (_lock)
        {
            _credit += bytes;
            Watch();
        }
    }

    internal void Write(ReadOnlyMemory<byte> data)
    {
        lock (_lock)
        {
            if (_ended)
                return;
            _waiting.Enqueue(data);
            if (_waiting.Count == 1)
                WriteWaiting();
            Watch();
        }
    }

    /// <summary>Every program of the terminal is gone: what they have written is read, and then told that it was all.</summary>
    internal void ReadToTheEnd()
    {
        lock (_lock)
        {
            _credit = long.MaxValue;
            while (ReadOnce())
            {
                // Until nothing is left.
            }
            End();
        }
    }

    public void OnReady(Readiness readiness)
    {
        lock (_lock)
        {
            if (_ended)
                return;
            if ((readiness & Readiness.Writable) != 0)
                WriteWaiting();
            // Hung up: nobody has the other side open now; somebody may again until the runner says that all are gone.
            if (!ReadOnce() && (readiness & Readiness.HangUp) != 0)
                Unwatch();
            else
                Watch();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _ended = true;
            Unwatch();
            _master.Dispose();
        }
    }

    private bool ReadOnce()
    {
        if (_ended || _credit <= 0)
            return false;
        var buffer = t_buffer ??= GC.AllocateUninitializedArray<byte>(MostAtOnce);
        var result = UnixPipe.Read(_master, buffer.AsSpan(0, (int)Math.Min(_credit, MostAtOnce)));
        if (result.Status != SocketStatus.Ok)
            return false;
        _credit -= _credit == long.MaxValue ? 0 : result.Bytes;
        _session.Tell(new Read(buffer.AsMemory(0, result.Bytes).ToArray()), ActorRefs.NoSender);
        return true;
    }

    private void WriteWaiting()
    {
        var before = _taken;
        while (_waiting.TryPeek(out var next))
        {
            var result = UnixPipe.Write(_master, next.Span[_takenOfFirst..]);
            if (result.Status != SocketStatus.Ok)
                break;
            _taken += result.Bytes;
            _takenOfFirst += result.Bytes;
            if (_takenOfFirst < next.Length)
                continue;
            _waiting.Dequeue();
            _takenOfFirst = 0;
        }
        if (_taken != before)
            _session.Tell(new Taken(_taken), ActorRefs.NoSender);
    }

    private void Watch()
    {
        if (_ended)
            return;
        var interest = (_credit > 0 ? Readiness.Readable : 0) | (_waiting.Count > 0 ? Readiness.Writable : 0);
        if (interest == _interest)
            return;
        if (interest == 0)
        {
            Unwatch();
            return;
        }
        if (_registration is null)
            _registration = Reactor.Shared.Register(_master, interest, this);
        else
            _registration.Change(interest);
        _interest = interest;
    }

    private void Unwatch()
    {
        _registration?.Dispose();
        _registration = null;
        _interest = 0;
    }

    private void End()
    {
        if (_ended)
            return;
        _ended = true;
        Unwatch();
        _master.Dispose();
        _session.Tell(Ended.Instance, ActorRefs.NoSender);
    }

    /// <summary>Output of the terminal's programs.</summary>
    internal sealed record Read(byte[] Data) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>Input that the terminal has taken.</summary>
    internal sealed record Taken(long Bytes) : INoSerializationVerificationNeeded, IDeadLetterSuppression;

    /// <summary>There is no more output.</summary>
    internal sealed class Ended : INoSerializationVerificationNeeded, IDeadLetterSuppression
    {
        internal static readonly Ended Instance = new();
    }
}
