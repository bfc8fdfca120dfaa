using System.Buffers;
using ActorBrowser.Transport;
using MessagePack;

namespace ActorBrowser.Cluster;

/// <summary>
/// The fields of a message, read in order. Each method reads one field; one that takes a default returns it if the message, from an
/// earlier version, has no such field.
/// </summary>
internal ref struct Fields
{
    private const int MostNested = 16;

    private readonly string _message;
    private readonly int _depth;
    private MessagePackReader _reader;
    private int _left;

    internal Fields(MessagePackReader reader, string message, int depth = 0)
    {
        if (depth > MostNested)
            throw new WireFormatException($"{message} is nested more than {MostNested} deep.");
        _message = message;
        _depth = depth;
        _reader = reader;
        _left = _reader.ReadArrayHeader();
    }

    /// <summary>Whether there is another field.</summary>
    internal readonly bool HasMore => _left > 0;

    /// <summary>Skips the fields of later versions.</summary>
    /// <returns>The reader behind the message.</returns>
    internal MessagePackReader End()
    {
        for (; _left > 0; _left--)
            _reader.Skip();
        return _reader;
    }

    internal string Text(int longest = 1 << 20)
    {
        Next();
        return Checked(_reader.ReadString() ?? throw Wrong("text, not nil"), longest);
    }

    internal string? TextOrNull(int longest = 1 << 20)
    {
        if (!TryNext() || _reader.TryReadNil())
            return null;
        return Checked(_reader.ReadString()!, longest);
    }

    internal long Number(long minimum, long maximum)
    {
        Next();
        return Checked(_reader.ReadInt64(), minimum, maximum);
    }

    internal long Number(long minimum, long maximum, long otherwise) => TryNext() ? Checked(_reader.ReadInt64(), minimum, maximum) : otherwise;

    internal long? NumberOrNull(long minimum, long maximum) => !TryNext() || _reader.TryReadNil() ? null : Checked(_reader.ReadInt64(), minimum, maximum);

    internal int Int32(int minimum = int.MinValue, int maximum = int.MaxValue) => (int)Number(minimum, maximum);

    internal ulong Id()
    {
        Next();
        return _reader.ReadUInt64();
    }

    internal double Real()
    {
        Next();
        var value = _reader.ReadDouble();
        return double.IsFinite(value) ? value : throw Wrong("a finite number");
    }

    internal bool Flag()
    {
        Next();
        return _reader.ReadBoolean();
    }

    internal bool Flag(bool otherwise) => TryNext() ? _reader.ReadBoolean() : otherwise;

    /// <summary>An enumeration, as the number of a member that this version defines.</summary>
    internal T Choice<T>() where T : struct, Enum
    {
        var number = Number(int.MinValue, int.MaxValue);
        var choice = (T)Enum.ToObject(typeof(T), (int)number);
        return Enum.IsDefined(choice) ? choice : throw Wrong($"a {typeof(T).Name}, not {number}");
    }

    internal T? ChoiceOrNull<T>() where T : struct, Enum
    {
        if (_left > 0 && _reader.NextMessagePackType is not MessagePackType.Nil)
            return Choice<T>();
        if (TryNext())
            _reader.ReadNil();
        return null;
    }

    internal TimeSpan Time()
    {
        Next();
        return new TimeSpan(_reader.ReadInt64());
    }

    internal TimeSpan? TimeOrNull() => !TryNext() || _reader.TryReadNil() ? null : new TimeSpan(_reader.ReadInt64());

    internal DateTimeOffset Moment() => new(Number(DateTimeOffset.MinValue.UtcTicks, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);

    internal DateTimeOffset? MomentOrNull() => NumberOrNull(DateTimeOffset.MinValue.UtcTicks, DateTimeOffset.MaxValue.UtcTicks) is { } ticks ? new DateTimeOffset(ticks, TimeSpan.Zero) : null;

    /// <summary>Bytes, copied out of the received message.</summary>
    internal byte[] Bytes()
    {
        Next();
        return _reader.ReadBytes() is { } bytes ? bytes.ToArray() : throw Wrong("bytes, not nil");
    }

    internal ReadOnlyMemory<byte>? BytesOrNull() => TryNext() && _reader.ReadBytes() is { } bytes ? new ReadOnlyMemory<byte>(bytes.ToArray()) : default(ReadOnlyMemory<byte>?);

    /// <summary>A message within the message.</summary>
    internal T Nested<T>(ReadMessage<T> read)
    {
        Next();
        return ReadNested(read);
    }

    internal T? NestedOrNull<T>(ReadMessage<T> read) where T : class => !TryNext() || _reader.TryReadNil() ? null : ReadNested(read);

    internal T? ValueOrNull<T>(ReadMessage<T> read) where T : struct => !TryNext() || _reader.TryReadNil() ? null : ReadNested(read);

    /// <summary>A message of a table, as its manifest and its fields.</summary>
    internal object Message(MessageTable table)
    {
        Next();
        var parts = _reader.ReadArrayHeader();
        if (parts < 2)
            throw Wrong($"a message with its name, not an array of {parts}");
        var manifest = Checked(_reader.ReadString() ?? throw Wrong("a name, not nil"), MessageTable.LongestManifest);
        var codec = table.Find(manifest) ?? throw Wrong($"a message that it may carry, not '{VisibleText.Line(manifest)}'");
        var message = codec.Read(ref _reader);
        for (; parts > 2; parts--)
            _reader.Skip();
        return message;
    }

    /// <summary>A list of messages.</summary>
    internal T[] List<T>(ReadMessage<T> read, int most)
    {
        Next();
        return ReadList(read, most);
    }

    internal T[]? ListOrNull<T>(ReadMessage<T> read, int most) => !TryNext() || _reader.TryReadNil() ? null : ReadList(read, most);

    internal string[] Texts(int most, int longest = 1 << 20)
    {
        Next();
        return ReadTexts(most, longest);
    }

    internal string[]? TextsOrNull(int most, int longest = 1 << 20) => !TryNext() || _reader.TryReadNil() ? null : ReadTexts(most, longest);

    private string[] ReadTexts(int most, int longest)
    {
        var texts = new string[Count(most)];
        for (var i = 0; i < texts.Length; i++)
            texts[i] = Checked(_reader.ReadString() ?? throw Wrong("text, not nil"), longest);
        return texts;
    }

    private T[] ReadList<T>(ReadMessage<T> read, int most)
    {
        // Grows as it is read: a count alone makes nobody allocate.
        var count = Count(most);
        var list = new List<T>(Math.Min(count, 64));
        for (var i = 0; i < count; i++)
            list.Add(ReadNested(read));
        return [.. list];
    }

    private int Count(int most)
    {
        var count = _reader.ReadArrayHeader();
        return count <= most ? count : throw Wrong($"a list of at most {most} entries, not {count}");
    }

    private T ReadNested<T>(ReadMessage<T> read)
    {
        var nested = new Fields(_reader, _message, _depth + 1);
        var value = read(ref nested);
        _reader = nested.End();
        return value;
    }

    private bool TryNext()
    {
        if (_left == 0)
            return false;
        _left--;
        return true;
    }

    private void Next()
    {
        if (!TryNext())
            throw new WireFormatException($"{_message} ends before a field that it must have.");
    }

    private readonly string Checked(string text, int longest) => text.Length <= longest ? text : throw Wrong($"a text of at most {longest} characters, not {text.Length}");

    private readonly long Checked(long value, long minimum, long maximum) => value >= minimum && value <= maximum ? value : throw Wrong($"{minimum} to {maximum}, not {value}");

    private readonly WireFormatException Wrong(string expected) => new($"A field of {_message} is not as it must be: {expected}.");
}
