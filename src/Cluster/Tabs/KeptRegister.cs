using Akka.DistributedData;

namespace ActorBrowser.Cluster;

/// <summary>A state that all browser nodes have: of two, the one with the higher version is kept.</summary>
/// <param name="Version">Grows with each change.</param>
/// <param name="Writer">The node that wrote it; decides between two of the same version.</param>
/// <param name="State">Null for nothing.</param>
internal sealed record KeptRegister(long Version, string Writer, ReadOnlyMemory<byte>? State) : IReplicatedData<KeptRegister>, IClusterWire
{
    internal static readonly KeptRegister Empty = new(0, "", null);

    /// <summary>The next state. Versions follow the clock, so that one who has not seen the newest does not fall behind it.</summary>
    internal KeptRegister Next(string writer, ReadOnlyMemory<byte>? state, TimeProvider time) => new(Math.Max(Version + 1, time.GetUtcNow().UtcTicks), writer, state);

    /// <inheritdoc/>
    public KeptRegister Merge(KeptRegister other) =>
        other.Version > Version || (other.Version == Version && string.CompareOrdinal(other.Writer, Writer) > 0) ? other : this;

    /// <inheritdoc/>
    public IReplicatedData Merge(IReplicatedData other) => Merge((KeptRegister)other);

    // Replicated data is compared by what it holds.
    /// <inheritdoc/>
    public bool Equals(KeptRegister? other) => other is not null && Version == other.Version && Writer == other.Writer;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Version, Writer);
}

/// <summary>The key of a <see cref="KeptRegister"/>. Only its text crosses nodes.</summary>
internal sealed class KeptKey(string id) : Key<KeptRegister>(id);
