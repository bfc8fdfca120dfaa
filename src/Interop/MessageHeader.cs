using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary><c>struct iovec</c>.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct IoVector
{
    internal byte* Base;
    internal nuint Length;
}

/// <summary>
/// <c>struct msghdr</c>. Linux has size_t where macOS has int for the two counts, so later fields differ; both layouts
/// share one blittable block and are read through the accessors.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 56)]
internal unsafe struct MessageHeader
{
    [FieldOffset(0)] private void* _name;
    [FieldOffset(8)] private uint _nameLength;
    [FieldOffset(16)] private IoVector* _vectors;
    [FieldOffset(24)] private nuint _vectorCount;
    [FieldOffset(32)] private void* _control;
    [FieldOffset(40)] private nuint _controlLength;
#pragma warning disable IDE0044 // The kernel writes it.
    [FieldOffset(44)] private int _macFlags;
#pragma warning restore IDE0044
    [FieldOffset(48)] private int _linuxFlags;

    internal void Fill(IoVector* vector, void* control, int controlLength)
    {
        _name = null;
        _nameLength = 0;
        _vectors = vector;
        _vectorCount = 1;
        _control = control;
        _controlLength = (nuint)controlLength;
        _linuxFlags = 0;
    }

    internal readonly long GetControlLength() => OperatingSystem.IsLinux() ? (long)_controlLength : (uint)_controlLength;

    internal readonly int GetFlags() => OperatingSystem.IsLinux() ? _linuxFlags : _macFlags;
}
