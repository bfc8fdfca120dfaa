using System.CommandLine;
using System.Diagnostics;
using Akka.Actor;

namespace ActorBrowser.Cli;

/// <summary><c>decode FILE...</c>: images, decoded in processes that may not do anything else.</summary>
internal static class DecodeCommand
{
    internal static Command Create()
    {
        var files = new Argument<FileInfo[]>("FILE") { Description = "images: PNG, JPEG, WebP, GIF, BMP or ICO, whatever they are called", Arity = ArgumentArity.OneOrMore };
        var folder = new Option<DirectoryInfo?>("-o") { Description = "write each frame as a PNG file into a folder", HelpName = "DIR" };
        var max = new Option<string?>("--max") { Description = "scale down to fit", HelpName = "WxH" };
        var command = new Command("decode", "Decodes images in sandboxed processes and says what they are.") { files, folder, max };
        command.SetAction((parsed, cancellation) => RunAsync(parsed.GetValue(files)!, parsed.GetValue(folder), parsed.GetValue(max), cancellation));
        return command;
    }

    private static async Task<int> RunAsync(FileInfo[] files, DirectoryInfo? folder, string? max, CancellationToken cancellation)
    {
        var (width, height) = (0, 0);
        if (max is not null)
        {
            var parts = max.Split('x');
            if (parts.Length != 2 || !int.TryParse(parts[0], out width) || !int.TryParse(parts[1], out height) || width < 1 || height < 1)
            {
                await Console.Error.WriteLineAsync("actorbrowser: --max takes WIDTHxHEIGHT, such as 640x480.").ConfigureAwait(false);
                return ExitCodes.Usage;
            }
        }
        folder?.Create();
        await using var browser = await CliBrowser.StartAsync(cancellation).ConfigureAwait(false);
        var failed = 0;
        foreach (var file in files)
        {
            string? problem;
            var line = "";
            try
            {
                var bytes = await File.ReadAllBytesAsync(file.FullName, cancellation).ConfigureAwait(false);
                (problem, line) = await SaveAsync(browser, bytes, folder is null ? null : Path.Combine(folder.FullName, Path.GetFileNameWithoutExtension(file.Name)), width, height, cancellation).ConfigureAwait(false);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                problem = e.Message;
            }
            failed += problem is null ? 0 : 1;
            await (problem is null ? Console.Out : Console.Error).WriteLineAsync($"{file}: {problem ?? line}").ConfigureAwait(false);
        }
        return failed == 0 ? ExitCodes.Success : ExitCodes.CouldNotLoad;
    }

    /// <summary>Decodes one image and, where a name is given, writes its frames.</summary>
    /// <returns>What went wrong, or null; and what it is.</returns>
    internal static async Task<(string? Problem, string Line)> SaveAsync(CliBrowser browser, ReadOnlyMemory<byte> file, string? target, int maxWidth, int maxHeight, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        var answer = await browser.Browser.Ask<object>(new ImageProtocol.Decode(file) { MaxWidth = maxWidth, MaxHeight = maxHeight, Cancellation = cancellation }, Timeout.InfiniteTimeSpan, cancellation).ConfigureAwait(false);
        if (answer is not DecodedImage image)
            return ((answer as ImageProtocol.DecodeRefused)?.Message ?? "There was no answer.", "");
        using (image)
        {
            var elapsed = Stopwatch.GetElapsedTime(started);
            var size = image.Width == image.SourceWidth && image.Height == image.SourceHeight ? "" : $", scaled to {image.Width} × {image.Height}";
            var frames = image.Delays.Count == 1 ? "" : $", {image.Delays.Count} frames in {image.Delays.Sum()} ms";
            for (var i = 0; target is not null && i < image.Delays.Count; i++)
                PngFile.Write(image.Delays.Count == 1 ? target + ".png" : $"{target}-{i:000}.png", image.Frame(i), image.Width, image.Height);
            return (null, $"{image.Format}, {image.SourceWidth} × {image.SourceHeight}{size}{frames}, in process {image.ProcessId}, {elapsed.TotalMilliseconds:0} ms");
        }
    }
}
