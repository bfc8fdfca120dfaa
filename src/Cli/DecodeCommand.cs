using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using Akka.Actor;

namespace ActorBrowser.Cli;

/// <summary><c>decode FILE...</c>: decodes images in sandboxed processes.</summary>
internal static class DecodeCommand
{
    internal static Command Create()
    {
        var files = new Argument<string[]>("FILE") { Description = "images: PNG, JPEG, WebP, GIF, BMP or ICO, with any file name", Arity = ArgumentArity.OneOrMore };
        var folder = new Option<string?>("-o") { Description = "write each frame as a PNG file into a folder", HelpName = "DIR" };
        var max = new Option<string?>("--max") { Description = "scale down to fit", HelpName = "WxH" };
        var command = new Command("decode", "Decodes images in sandboxed processes and prints their format and size.") { files, folder, max };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(files)!, parsed.GetValue(folder), parsed.GetValue(max), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(string[] files, string? folder, string? max, CancellationToken cancellation)
    {
        var (width, height) = (0, 0);
        if (max is not null)
        {
            var parts = max.Split('x');
            if (parts.Length != 2 || !TrySide(parts[0], out width) || !TrySide(parts[1], out height))
                throw new UsageException($"--max takes WIDTHxHEIGHT, such as 640x480, not '{max}'.");
        }
        if (folder is not null && TryMakeFolder(folder) is { } refusal)
        {
            await Complaint.WriteAsync(refusal).ConfigureAwait(false);
            return ExitCodes.WriteError;
        }
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        var longest = ActorBrowserSettings.From(browser.System.Settings.Config).Images.MaxFile;
        var failed = 0;
        var used = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var file in files)
        {
            string? problem;
            var line = "";
            try
            {
                var bytes = await FileReader.ReadAsync(file, longest, cancellation).ConfigureAwait(false);
                (problem, line) = await SaveAsync(browser, bytes, folder is null ? null : Path.Combine(folder, NameOf(file, used)), width, height, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (Complaint.IsOfFile(e))
            {
                problem = Complaint.ReasonOf(e);
            }
            failed += problem is null ? 0 : 1;
            await SayAsync(file.Length == 0 ? "''" : file, problem, line).ConfigureAwait(false);
        }
        return failed == 0 ? ExitCodes.Success : ExitCodes.CouldNotLoad;
    }

    /// <summary>Writes one line about an image: its description to stdout, or the problem to stderr.</summary>
    internal static Task SayAsync(string name, string? problem, string line) =>
        problem is null ? Console.Out.WriteLineAsync(VisibleText.Line($"{name}: {line}")) : Complaint.WriteAsync($"{name}: {problem}");

    /// <summary>Creates the folder for images.</summary>
    /// <returns>Why it cannot be created; null if it exists.</returns>
    internal static string? TryMakeFolder(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            return null;
        }
        catch (Exception e) when (Complaint.IsOfFile(e))
        {
            return $"cannot create the folder '{folder}': {Complaint.ReasonOf(e)}";
        }
    }

    // Files of one name, such as a.gif and a.jpg, do not replace each other's pictures.
    private static string NameOf(string file, HashSet<string> used)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        for (var n = 2; !used.Add(name); n++)
            name = string.Create(CultureInfo.InvariantCulture, $"{Path.GetFileNameWithoutExtension(file)}.{n}");
        return name;
    }

    private static bool TrySide(string text, out int side) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out side) && side > 0;

    /// <summary>Decodes one image and, if a name is given, writes its frames.</summary>
    /// <returns>The problem, or null; and the description.</returns>
    internal static async Task<(string? Problem, string Line)> SaveAsync(CliBrowser browser, ReadOnlyMemory<byte> file, string? target, int maxWidth, int maxHeight, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await browser.Browser.Ask<object>(new ImageProtocol.Decode(file) { MaxWidth = maxWidth, MaxHeight = maxHeight, Cancellation = cancellation }, Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
        if (answer is not DecodedImage image)
            return ((answer as ImageProtocol.DecodeRefused)?.Message ?? "The image decoder gave no answer.", "");
        using (image)
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            var size = image.Width == image.SourceWidth && image.Height == image.SourceHeight ? "" : $", scaled to {image.Width} × {image.Height}";
            var frames = image.Delays.Count == 1 ? "" : $", {image.Delays.Count} frames in {image.Delays.Sum()} ms";
            for (var i = 0; target is not null && i < image.Delays.Count; i++)
            {
                var name = image.Delays.Count == 1 ? target + ".png" : $"{target}-{i:000}.png";
                try
                {
                    PngFile.Write(name, image.Frame(i), image.Width, image.Height);
                }
                catch (Exception e) when (Complaint.IsOfFile(e))
                {
                    return ($"cannot write '{name}': {Complaint.ReasonOf(e)}", "");
                }
            }
            return (null, $"{image.Format}, {image.SourceWidth} × {image.SourceHeight}{size}{frames}, in process {image.ProcessId}, {elapsed.TotalMilliseconds:0} ms");
        }
    }
}
