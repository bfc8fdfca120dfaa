using System.Runtime.InteropServices;

namespace ActorBrowser.Interop;

/// <summary>The numbers, on this processor, of the system calls that are made by number.</summary>
internal static class CallNumbers
{
    private static readonly bool X64 = RuntimeInformation.ProcessArchitecture == Architecture.X64;

    internal static int Write => X64 ? 1 : 64;

    internal static int MapMemory => X64 ? 9 : 222;

    internal static int ProtectMemory => X64 ? 10 : 226;

    internal static int ProtectMemoryByKey => X64 ? 329 : 288;

    internal static int SignalAction => X64 ? 13 : 134;

    internal static int SignalMask => X64 ? 14 : 135;

    internal static int Execute => X64 ? 59 : 221;

    internal static int SetSession => X64 ? 112 : 157;

    internal static int SetCapabilities => X64 ? 126 : 91;

    internal static int ProcessControl => X64 ? 157 : 167;

    internal static int Mount => X64 ? 165 : 40;

    internal static int ExitGroup => X64 ? 231 : 94;

    internal static int ChangeFolder => X64 ? 81 : 50;

    internal static int ChangeFolderByName => X64 ? 80 : 49;

    internal static int ChangeRoot => X64 ? 155 : 41;

    internal static int Unmount => X64 ? 166 : 39;

    internal static int MakeFolder => X64 ? 258 : 34;

    internal static int MakeNode => X64 ? 259 : 33;

    internal static int Remove => X64 ? 263 : 35;

    internal static int ReadLink => X64 ? 267 : 78;

    internal static int ChangeMode => X64 ? 268 : 53;

    internal static int ReadAttribute => X64 ? 193 : 10;

    internal static int Rename => X64 ? 316 : 276;

    internal static int MakeLink => X64 ? 266 : 36;

    internal static int OpenAt => X64 ? 257 : 56;

    internal static int Duplicate => X64 ? 292 : 24;

    internal static int SetLimit => X64 ? 302 : 261;

    internal static int CompareResources => X64 ? 312 : 272;

    internal static int Seccomp => X64 ? 317 : 277;

    internal static int ProcessGroup => X64 ? 121 : 155;

    internal static int ControlDescriptor => X64 ? 72 : 25;

    internal static int ListFolder => X64 ? 217 : 61;

    internal static int ControlSegment => X64 ? 31 : 195;

    internal static int FileSystemStatus => X64 ? 137 : 43;

    internal static int EpollControl => X64 ? 233 : 21;

    internal static int AddInotifyWatch => X64 ? 254 : 27;

    internal static int MakeEvent => X64 ? 290 : 19;

    internal static int MakeEpoll => X64 ? 291 : 20;

    internal static int MakeSocket => X64 ? 41 : 198;

    internal static int SendMessage => X64 ? 46 : 211;

    internal static int BindSocket => X64 ? 49 : 200;

    internal static int ListenOnSocket => X64 ? 50 : 201;

    internal static int SetSocketOption => X64 ? 54 : 208;

    internal static int MakeInotify => X64 ? 294 : 26;

    internal static int CopyTree => 428;

    internal static int MoveMount => 429;

    internal static int CloseRange => 436;

    internal static int OpenWithin => 437;

    internal static int ChangeMount => 442;

    internal static int AddRule => 445;

    internal static int RestrictSelf => 446;
}
