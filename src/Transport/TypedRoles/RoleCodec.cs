using System.Buffers;
using System.Runtime.CompilerServices;
using MessagePack;
using MessagePack.Formatters;
using MessagePack.Resolvers;

namespace ActorBrowser.Transport;

/// <summary>
/// Writes and reads the messages of a typed role. It treats all bytes as hostile: no more nesting than <see cref="MaxDepth"/>, no
/// type names, keys hashed so that they cannot be made to collide.
/// </summary>
internal sealed class RoleCodec
{
    /// <summary>How deep a message may be nested.</summary>
    internal const int MaxDepth = 100;

    private readonly string _role;
    private readonly bool _isDefault;
    private readonly MessagePackSerializerOptions _options;

    /// <summary>Creates a codec.</summary>
    /// <param name="role">The role's name, for errors.</param>
    /// <param name="resolver">Finds the formatter of each type; null for the default one.</param>
    internal RoleCodec(string role, IFormatterResolver? resolver)
    {
        (_role, _isDefault) = (role, resolver is null);
        _options = UntrustedMessages.Create(resolver ?? Default(), MaxDepth);
    }

    /// <summary>Fails with one sentence if a type has no formatter.</summary>
    internal void Require<T>() => FormatterOf<T>();

    internal void Write<T>(IBufferWriter<byte> bytes, T value)
    {
        var formatter = FormatterOf<T>();
        var writer = new MessagePackWriter(bytes);
        formatter.Serialize(ref writer, value, _options);
        writer.Flush();
    }

    /// <summary>Reads a message that has exactly these bytes.</summary>
    /// <exception cref="RoleFormatException">It is malformed, or nil.</exception>
    internal T Read<T>(in ReadOnlySequence<byte> bytes)
    {
        var value = ReadNext<T>(bytes, out var consumed);
        return consumed == bytes.Length ? value : throw new RoleFormatException($"{bytes.Length - consumed} bytes follow the {typeof(T).Name}.");
    }

    /// <summary>Reads the first of the messages in these bytes.</summary>
    /// <exception cref="RoleFormatException">It is malformed, or nil.</exception>
    internal T ReadNext<T>(in ReadOnlySequence<byte> bytes, out long consumed)
    {
        var formatter = FormatterOf<T>();
        var reader = new MessagePackReader(bytes);
        try
        {
            var value = formatter.Deserialize(ref reader, _options);
            consumed = reader.Consumed;
            if (consumed == 0)
                throw new RoleFormatException($"A {typeof(T).Name} has no bytes.");
            return value is null ? throw new RoleFormatException($"A {typeof(T).Name} is nil.") : value;
        }
        catch (Exception e) when (e is not (OutOfMemoryException or RoleFormatException))
        {
            // Formatters are an embedder's code, or generated: they may throw anything at bytes that they do not expect.
            throw new RoleFormatException($"A {typeof(T).Name} is malformed: {e.InnerException?.Message ?? e.Message}", e);
        }
    }

    private IMessagePackFormatter<T> FormatterOf<T>()
    {
        try
        {
            if (_options.Resolver.GetFormatter<T>() is { } formatter)
                return formatter;
        }
        catch (Exception e) when (e is TypeInitializationException or MessagePackSerializationException)
        {
            throw new InvalidOperationException($"The role '{_role}' cannot serialise {typeof(T)}: {e.InnerException?.Message ?? e.Message}", e);
        }
        throw new InvalidOperationException($"The role '{_role}' cannot serialise {typeof(T)}: {(!_isDefault ? "its resolver has no formatter for it."
            : RuntimeFeature.IsDynamicCodeSupported ? "make it public, with [MessagePackObject] and a [Key] for each member, or name its formatter by WithFormatters."
            : "a native program generates no formatters; name one by WithFormatters.")}");
    }

    /// <summary>The resolver of a definition that names none, with these formatters in front of it.</summary>
    // The branch is constant in a native program, which then has none of the code that generates formatters.
    internal static IFormatterResolver Default(params IReadOnlyList<IMessagePackFormatter> formatters)
    {
        if (RuntimeFeature.IsDynamicCodeSupported)
            return new FormatterList(formatters, StandardResolver.Instance);
        return new FormatterList(formatters, null);
    }
}

/// <summary>The bytes of a message are not that message.</summary>
internal sealed class RoleFormatException(string message, Exception? cause = null) : Exception(message, cause);
