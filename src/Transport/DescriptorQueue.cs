using ActorBrowser.Interop;

namespace ActorBrowser.Transport;

/// <summary>Received descriptors that no frame has claimed yet; disposing closes them.</summary>
internal sealed class DescriptorQueue : IDisposable
{
    private readonly Queue<SafeDescriptor> _waiting = new();

    internal int Count => _waiting.Count;

    internal void Add(SafeDescriptor descriptor) => _waiting.Enqueue(descriptor);

    internal SafeDescriptor[] Take(int count)
    {
        var taken = new SafeDescriptor[Math.Min(count, _waiting.Count)];
        for (var i = 0; i < taken.Length; i++)
            taken[i] = _waiting.Dequeue();
        return taken;
    }

    public void Dispose()
    {
        while (_waiting.TryDequeue(out var descriptor))
            descriptor.Dispose();
    }
}
