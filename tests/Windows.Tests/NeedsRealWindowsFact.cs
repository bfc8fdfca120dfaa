using System.Runtime.InteropServices;
using Xunit;

namespace ActorBrowser.WindowsTests;

/// <summary>A spec of what Wine 8 does not do: skipped there, with what it lacks, never passed.</summary>
public sealed class NeedsRealWindowsFactAttribute : FactAttribute
{
    /// <summary>Looks whether this is Wine.</summary>
    /// <param name="lacking">What Wine lacks, as a sentence.</param>
    public NeedsRealWindowsFactAttribute(string lacking)
    {
        if (OperatingSystem.IsWindows() && NativeLibrary.TryGetExport(NativeLibrary.Load("ntdll"), "wine_get_version", out _))
            Skip = lacking;
    }
}
