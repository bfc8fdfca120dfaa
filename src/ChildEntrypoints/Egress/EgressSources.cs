using ActorBrowser.Interop;

namespace ActorBrowser.ChildEntrypoints.Egress;

/// <summary>Handles the events of its descriptors.</summary>
internal interface IEgressSource
{
    /// <summary>A descriptor is ready.</summary>
    /// <param name="watch">Which one.</param>
    /// <param name="readiness">The events.</param>
    void OnReady(EgressWatch watch, Readiness readiness);
}

/// <summary>One descriptor and what it is watched for. A descriptor that is watched for nothing is taken out of the queue, which would otherwise report its hang-up for ever.</summary>
internal sealed class EgressWatch(EgressSources sources, SafeDescriptor descriptor, IEgressSource source, long key)
{
    private Readiness _interest;

    internal SafeDescriptor Descriptor => descriptor;

    internal IEgressSource Source => source;

    /// <summary>What the descriptor is watched for.</summary>
    internal Readiness Interest
    {
        set
        {
            if (value == _interest || descriptor.IsClosed)
                return;
            if (value == Readiness.None)
                sources.Queue.Remove(descriptor.Value);
            else if (_interest == Readiness.None)
                sources.Queue.Add(descriptor.Value, value, key);
            else
                sources.Queue.Change(descriptor.Value, value, key);
            _interest = value;
        }
    }

    /// <summary>Closes the descriptor.</summary>
    internal void Close()
    {
        Interest = Readiness.None;
        sources.Forget(key);
        descriptor.Dispose();
    }

    /// <summary>Closes the descriptor; the other end sees a reset.</summary>
    internal void Reset()
    {
        Interest = Readiness.None;
        sources.Forget(key);
        InternetSocket.Reset(descriptor);
    }
}

/// <summary>Every descriptor of this child but its channel. All run on one thread, the channel's.</summary>
internal sealed class EgressSources
{
    private readonly Dictionary<long, EgressWatch> _watches = [];
    private readonly ReadyEvent[] _events = new ReadyEvent[64];
    private long _lastKey;

    internal EpollQueue Queue { get; } = new();

    /// <summary>Shared by all: what is read into it is used before the next read.</summary>
    internal byte[] Scratch { get; } = GC.AllocateUninitializedArray<byte>(128 << 10);

    internal EgressWatch Add(SafeDescriptor descriptor, IEgressSource source)
    {
        var watch = new EgressWatch(this, descriptor, source, ++_lastKey);
        _watches.Add(_lastKey, watch);
        return watch;
    }

    internal void Forget(long key) => _watches.Remove(key);

    /// <summary>Handles the descriptors that are ready now. One batch at a time, so that the parent's frames are read in between.</summary>
    internal void Turn()
    {
        var count = Queue.Poll(_events);
        for (var i = 0; i < count; i++)
        {
            // An earlier event of this batch may have closed it.
            if (_watches.TryGetValue(_events[i].Key, out var watch))
                watch.Source.OnReady(watch, _events[i].Readiness);
        }
    }
}
