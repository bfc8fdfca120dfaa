using ActorBrowser.Interop;
using Akka.Actor;
using Akka.Event;

namespace ActorBrowser;

/// <summary>The writing end of a command's input. Input that the command does not take yet is queued here, without blocking.</summary>
internal sealed class InputPipe : IReadinessHandler, IInputTarget
{
    private readonly Lock _lock = new();
    private readonly IActorRef _session;
    private readonly SafeDescriptor _descriptor;
    private readonly Queue<ReadOnlyMemory<byte>> _waiting = new();
    private IReactorRegistration? _registration;
    private int _takenOfFirst;
    private long _taken;
    private bool _closing;
    private bool _ended;

    internal InputPipe(IActorRef session, SafeDescriptor descriptor)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException("On Windows a command's input goes in frames.");
        _session = session;
        _descriptor = descriptor;
    }

    public void Write(ReadOnlyMemory<byte> data)
    {
        lock (_lock)
        {
            if (_ended || _closing)
                return;
            _waiting.Enqueue(data);
            if (_registration is null)
                WriteWaiting();
        }
    }

    public void CloseWhenTaken()
    {
        lock (_lock)
        {
            _closing = true;
            if (_waiting.Count == 0)
                End();
        }
    }

    public void OnReady(Readiness readiness)
    {
        lock (_lock)
        {
            if (!_ended)
                WriteWaiting();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            End();
    }

    private void WriteWaiting()
    {
        var before = _taken;
        while (_waiting.TryPeek(out var next))
        {
            var result = UnixPipe.Write(_descriptor, next.Span[_takenOfFirst..]);
            if (result.Status == SocketStatus.WouldBlock)
            {
                _registration ??= Reactor.Shared.Register(_descriptor, Readiness.Writable, this);
                break;
            }
            if (result.Status != SocketStatus.Ok)
            {
                // The command closed its input, which is not an error.
                End();
                return;
            }
            _taken += result.Bytes;
            _takenOfFirst += result.Bytes;
            if (_takenOfFirst < next.Length)
                continue;
            _waiting.Dequeue();
            _takenOfFirst = 0;
        }
        if (_taken != before)
            _session.Tell(new Taken(_taken, Ended: false), ActorRefs.NoSender);
        if (_waiting.Count > 0)
            return;
        _registration?.Dispose();
        _registration = null;
        if (_closing)
            End();
    }

    private void End()
    {
        if (_ended)
            return;
        _ended = true;
        _waiting.Clear();
        _registration?.Dispose();
        _registration = null;
        _descriptor.Dispose();
        _session.Tell(new Taken(_taken, Ended: true), ActorRefs.NoSender);
    }

    /// <summary>The total number of bytes taken so far.</summary>
    internal sealed record Taken(long Bytes, bool Ended) : INoSerializationVerificationNeeded, IDeadLetterSuppression;
}
