using System.Text;

namespace ActorBrowser;

/// <summary>What to do about a file or folder of a scratch that cannot be read.</summary>
internal static class ScratchUnreadable
{
    // The kernel's PATH_MAX, without the final zero.
    private const int LongestPath = 4095;
    private const int MostShown = 200;

    /// <summary>The failure, with a sentence that says what to do.</summary>
    /// <param name="path">Relative to the folder.</param>
    /// <param name="cause">What the system said; null if it gave no reason.</param>
    internal static IOException Of(string path, Exception? cause = null)
    {
        var shown = VisibleText.Line(VisibleText.Shorten(path, MostShown));
        return new IOException(
            Encoding.UTF8.GetByteCount(path) > LongestPath
                ? $"{shown} lies so deep in the scratch that its path has more than the {LongestPath} bytes that the kernel takes: remove it by a command with this scratch, or discard the scratch."
                : $"{shown} cannot be read in the scratch: the command has left it without the right. Give yourself the right by a command with this scratch, such as 'chmod -R u+rwX .', or discard the scratch.", cause);
    }
}
