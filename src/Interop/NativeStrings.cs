using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>A null-terminated array of null-terminated strings, in one block.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private byte* _block;

    internal NativeStrings(IReadOnlyList<ReadOnlyMemory<byte>> strings)
    {
        var table = (nuint)((strings.Count + 1) * sizeof(byte*));
        nuint bytes = 0;
        foreach (var s in strings)
            bytes += (nuint)s.Length + 1;
        _block = (byte*)NativeMemory.Alloc(table + bytes);
        Pointers = (byte**)_block;
        var at = _block + table;
        var end = at + bytes;
        for (var i = 0; i < strings.Count; i++)
        {
            Pointers[i] = at;
            strings[i].Span.CopyTo(new Span<byte>(at, (int)(end - at)));
            at += strings[i].Length;
            *at++ = 0;
        }
        Pointers[strings.Count] = null;
    }

    internal byte** Pointers { get; }

    public void Dispose()
    {
        NativeMemory.Free(_block);
        _block = null;
    }
}
