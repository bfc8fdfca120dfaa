using System.Collections.Concurrent;
using MessagePack;
using MessagePack.Formatters;

namespace ActorBrowser.Transport;

/// <summary>
/// Some formatters, and those of simple types. MessagePack's own resolvers reach code that a native program cannot have: reflection,
/// and code that is generated at run time.
/// </summary>
/// <param name="formatters">Of an embedder's messages.</param>
/// <param name="others">Has the formatters of all other types; null for none.</param>
internal sealed class FormatterList(IReadOnlyList<IMessagePackFormatter> formatters, IFormatterResolver? others) : IFormatterResolver
{
    private static readonly IMessagePackFormatter[] Simple =
    [
        BooleanFormatter.Instance, ByteFormatter.Instance, Int16Formatter.Instance, Int32Formatter.Instance, Int64Formatter.Instance,
        UInt16Formatter.Instance, UInt32Formatter.Instance, UInt64Formatter.Instance, SingleFormatter.Instance, DoubleFormatter.Instance,
        NullableStringFormatter.Instance, ByteArrayFormatter.Instance, Int32ArrayFormatter.Instance, Int64ArrayFormatter.Instance,
        DoubleArrayFormatter.Instance, NullableStringArrayFormatter.Instance, DateTimeFormatter.Instance,
    ];

    private readonly ConcurrentDictionary<Type, object?> _known = new();

    /// <inheritdoc/>
    public IMessagePackFormatter<T>? GetFormatter<T>()
    {
        if (!_known.TryGetValue(typeof(T), out var known))
            _known[typeof(T)] = known = Find<T>();
        return (IMessagePackFormatter<T>?)known;
    }

    private IMessagePackFormatter<T>? Find<T>()
    {
        foreach (var formatter in formatters)
        {
            if (formatter is IMessagePackFormatter<T> found)
                return found;
        }
        foreach (var formatter in Simple)
        {
            if (formatter is IMessagePackFormatter<T> found)
                return found;
        }
        return others?.GetFormatter<T>();
    }
}
