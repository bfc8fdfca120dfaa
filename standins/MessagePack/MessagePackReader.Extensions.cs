using System;

namespace MessagePack;

public ref partial struct MessagePackReader
{
    public void Skip()
    {
        if (!TrySkip())
            ThrowEnd();
    }

    public ExtensionHeader ReadExtensionFormatHeader()
    {
        if (!TryReadExtensionFormatHeader(out var header) || _reader.Remaining < header.Length)
            ThrowEnd();
        return header;
    }

    public bool TryReadExtensionFormatHeader(out ExtensionHeader extensionHeader)
    {
        var start = _reader;
        extensionHeader = default;
        if (!_reader.TryRead(out var code))
            return false;
        var complete = true;
        uint length = 0;
        switch (code)
        {
            case MessagePackCode.FixExt1: length = 1; break;
            case MessagePackCode.FixExt2: length = 2; break;
            case MessagePackCode.FixExt4: length = 4; break;
            case MessagePackCode.FixExt8: length = 8; break;
            case MessagePackCode.FixExt16: length = 16; break;
            case MessagePackCode.Ext8:
                complete = _reader.TryRead(out var length8);
                length = length8;
                break;
            case MessagePackCode.Ext16:
                complete = TryBig16(out var length16);
                length = length16;
                break;
            case MessagePackCode.Ext32:
                complete = TryBig32(out length);
                break;
            default:
                throw Unexpected(code);
        }
        if (complete && _reader.TryRead(out var type))
        {
            extensionHeader = new ExtensionHeader((sbyte)type, length);
            return true;
        }
        _reader = start;
        return false;
    }

    public ExtensionResult ReadExtensionFormat()
    {
        var header = ReadExtensionFormatHeader();
        return new ExtensionResult(header.TypeCode, ReadRaw(header.Length));
    }

    public DateTime ReadDateTime() => ReadDateTime(ReadExtensionFormatHeader());

    public DateTime ReadDateTime(ExtensionHeader header)
    {
        if (header.TypeCode != ReservedMessagePackExtensionTypeCode.DateTime)
            throw new MessagePackSerializationException($"Extension TypeCode is invalid. typeCode: {header.TypeCode}");
        switch (header.Length)
        {
            case 4:
                return DateTime.UnixEpoch.AddSeconds(Big32());
            case 8:
                var packed = Big64();
                return DateTime.UnixEpoch.AddSeconds(packed & 0x3ffffffffUL).AddTicks((long)(packed >> 34) / 100);
            case 12:
                var nanoseconds = Big32();
                return DateTime.UnixEpoch.AddSeconds((long)Big64()).AddTicks(nanoseconds / 100);
            default:
                throw new MessagePackSerializationException($"Length of extension was {header.Length}. Either 4, 8 or 12 were expected.");
        }
    }

    /// <summary>Steps over one value whatever its nesting, without recursion: depth costs no stack.</summary>
    internal bool TrySkip()
    {
        var start = _reader;
        for (var values = 1L; values > 0; values--)
        {
            if (!TrySkipOne(ref values))
            {
                _reader = start;
                return false;
            }
        }
        return true;
    }

    private bool TrySkipOne(ref long values)
    {
        if (!_reader.TryPeek(out var code))
            return false;
        switch (MessagePackCode.ToMessagePackType(code))
        {
            case MessagePackType.Array:
                if (!TryReadArrayHeader(out var elements))
                    return false;
                values += elements;
                return true;
            case MessagePackType.Map:
                if (!TryReadMapHeader(out var pairs))
                    return false;
                values += pairs * 2L;
                return true;
            case MessagePackType.Extension:
                return TryReadExtensionFormatHeader(out var header) && TryAdvance(header.Length);
            case MessagePackType.Unknown:
                throw Unexpected(code);
            default:
                _reader.Advance(1);
                return TrySkipScalar(code);
        }
    }

    private bool TrySkipScalar(byte code)
    {
        switch (code)
        {
            case MessagePackCode.Bin8 or MessagePackCode.Str8:
                return _reader.TryRead(out var length8) && TryAdvance(length8);
            case MessagePackCode.Bin16 or MessagePackCode.Str16:
                return TryBig16(out var length16) && TryAdvance(length16);
            case MessagePackCode.Bin32 or MessagePackCode.Str32:
                return TryBig32(out var length32) && TryAdvance(length32);
            case >= MessagePackCode.MinFixStr and <= MessagePackCode.MaxFixStr:
                return TryAdvance(code & 0x1f);
            case MessagePackCode.UInt8 or MessagePackCode.Int8:
                return TryAdvance(1);
            case MessagePackCode.UInt16 or MessagePackCode.Int16:
                return TryAdvance(2);
            case MessagePackCode.UInt32 or MessagePackCode.Int32 or MessagePackCode.Float32:
                return TryAdvance(4);
            case MessagePackCode.UInt64 or MessagePackCode.Int64 or MessagePackCode.Float64:
                return TryAdvance(8);
            default:
                return true;
        }
    }

    private bool TryAdvance(long length)
    {
        if (_reader.Remaining < length)
            return false;
        _reader.Advance(length);
        return true;
    }
}
