using System;

namespace MessagePack;

public ref partial struct MessagePackReader
{
    public byte ReadByte() => checked((byte)Unsigned());

    public ushort ReadUInt16() => checked((ushort)Unsigned());

    public uint ReadUInt32() => checked((uint)Unsigned());

    public ulong ReadUInt64() => Unsigned();

    public sbyte ReadSByte() => checked((sbyte)Signed());

    public short ReadInt16() => checked((short)Signed());

    public int ReadInt32() => checked((int)Signed());

    public long ReadInt64() => Signed();

    public float ReadSingle()
    {
        var code = Code();
        return code switch
        {
            MessagePackCode.Float32 => BitConverter.UInt32BitsToSingle(Big32()),
            MessagePackCode.Float64 => (float)BitConverter.UInt64BitsToDouble(Big64()),
            MessagePackCode.UInt64 => Big64(),
            _ => Signed(code),
        };
    }

    public double ReadDouble()
    {
        var code = Code();
        return code switch
        {
            MessagePackCode.Float32 => BitConverter.UInt32BitsToSingle(Big32()),
            MessagePackCode.Float64 => BitConverter.UInt64BitsToDouble(Big64()),
            MessagePackCode.UInt64 => Big64(),
            _ => Signed(code),
        };
    }

    private ulong Unsigned()
    {
        var code = Code();
        return code switch
        {
            <= MessagePackCode.MaxFixInt => code,
            MessagePackCode.UInt8 => Big8(),
            MessagePackCode.UInt16 => Big16(),
            MessagePackCode.UInt32 => Big32(),
            MessagePackCode.UInt64 => Big64(),
            _ => checked((ulong)Signed(code)),
        };
    }

    private long Signed() => Signed(Code());

    private long Signed(byte code) => code switch
    {
        <= MessagePackCode.MaxFixInt => code,
        >= MessagePackCode.MinNegativeFixInt => (sbyte)code,
        MessagePackCode.UInt8 => Big8(),
        MessagePackCode.Int8 => (sbyte)Big8(),
        MessagePackCode.UInt16 => Big16(),
        MessagePackCode.Int16 => (short)Big16(),
        MessagePackCode.UInt32 => Big32(),
        MessagePackCode.Int32 => (int)Big32(),
        MessagePackCode.UInt64 => checked((long)Big64()),
        MessagePackCode.Int64 => (long)Big64(),
        _ => throw Unexpected(code),
    };
}
