using System.Collections;
using System.Runtime.CompilerServices;
using MessagePack;

namespace ActorBrowser.Transport;

/// <summary>
/// MessagePack's options for hostile bytes, without its own key for hashes: it draws the key from .NET's generator, which loads
/// OpenSSL, and a confined native child cannot. The key is drawn when a static field of <see cref="MessagePackSecurity"/> is first
/// used, which the constructors do. So these objects are made without constructors; every field is then set, or right as zero.
/// </summary>
internal sealed class UntrustedMessages : MessagePackSerializerOptions
{
#pragma warning disable IDE0051 // The constructors are never called, but there must be one.
    private UntrustedMessages(MessagePackSerializerOptions copyFrom) : base(copyFrom)
    {
    }
#pragma warning restore IDE0051

    /// <inheritdoc/>
    public override Type LoadType(string typeName) => throw NamesType();

    /// <inheritdoc/>
    // Of a type that other code in this process has found by that name.
    protected override void ThrowIfDeserializingTypeIsDisallowedCore(Type type) => throw NamesType();

    /// <summary>Creates the options.</summary>
    /// <param name="resolver">Finds the formatters.</param>
    /// <param name="maxDepth">How deep a message may be nested.</param>
    internal static MessagePackSerializerOptions Create(IFormatterResolver resolver, int maxDepth) =>
        ((UntrustedMessages)RuntimeHelpers.GetUninitializedObject(typeof(UntrustedMessages)))
            .WithResolver(resolver)
            .WithPool(new SequencePool())
            .WithCompressionMinLength(64)
            .WithSuggestedContiguousMemorySize(1 << 20)
            .WithSecurity(KeyedSecurity.Create(maxDepth));

    private static MessagePackSerializationException NamesType() => new("A message of a role may not name types.");

    /// <inheritdoc/>
    protected override MessagePackSerializerOptions Clone() => (MessagePackSerializerOptions)MemberwiseClone();

    private sealed class KeyedSecurity : MessagePackSecurity
    {
        // The most that a formatter may decompress; a role's messages are not compressed.
        private const int MostDecompressed = 64 << 20;

#pragma warning disable IDE0051
        private KeyedSecurity(MessagePackSecurity copyFrom) : base(copyFrom)
        {
        }
#pragma warning restore IDE0051

        internal static MessagePackSecurity Create(int maxDepth) =>
            ((KeyedSecurity)RuntimeHelpers.GetUninitializedObject(typeof(KeyedSecurity)))
                .WithHashCollisionResistant(true)
                .WithMaximumObjectGraphDepth(maxDepth)
                .WithMaximumDecompressedSize(MostDecompressed);

        protected override MessagePackSecurity Clone() => (MessagePackSecurity)MemberwiseClone();

        protected override IEqualityComparer<T> GetHashCollisionResistantEqualityComparer<T>() => KeyedComparer<T>.Instance;

        protected override IEqualityComparer GetHashCollisionResistantEqualityComparer() => KeyedComparer<object>.Instance;
    }
}
