namespace ActorBrowser.Interop;

/// <summary>How descriptors cross a channel that carries only bytes: as numbers, of which each side makes descriptors of its own.</summary>
internal interface IDescriptorPassing : IDisposable
{
    /// <summary>Gives a descriptor to the peer.</summary>
    /// <param name="descriptor">No longer this process's after the call, unless it throws.</param>
    /// <returns>The number by which the peer takes it.</returns>
    /// <exception cref="SystemCallException">The peer is gone, or has no room left.</exception>
    int Give(SafeDescriptor descriptor);

    /// <summary>Takes a descriptor that the peer has given.</summary>
    /// <param name="number">A number from the peer.</param>
    /// <returns>Null if the number names nothing that may be taken.</returns>
    SafeDescriptor? Take(int number);

    /// <summary>Closes a descriptor that was given, and of which the peer will not be told.</summary>
    /// <param name="number">What <see cref="Give"/> has returned.</param>
    void Withdraw(int number);
}
