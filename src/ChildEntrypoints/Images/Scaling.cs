namespace ActorBrowser.ChildEntrypoints.Images;

/// <summary>Makes pictures smaller: each pixel is the mean of the area it covers, weighted by opacity.</summary>
internal static class Scaling
{
    /// <summary>Scales a picture down.</summary>
    /// <param name="source">Rows of red, green, blue, alpha.</param>
    /// <param name="width">The source's width.</param>
    /// <param name="height">The source's height.</param>
    /// <param name="target">Rows of red, green, blue, alpha.</param>
    /// <param name="toWidth">At most the source's.</param>
    /// <param name="toHeight">At most the source's.</param>
    internal static void Reduce(ReadOnlySpan<byte> source, int width, int height, Span<byte> target, int toWidth, int toHeight)
    {
        var sums = new double[toWidth * 5];
        var xScale = (double)toWidth / width;
        var yScale = (double)toHeight / height;
        var row = 0;
        var rowEnd = 1 / yScale;
        for (var y = 0; y < height; y++)
        {
            var within = Math.Min(1, rowEnd - y);
            AddRow(source.Slice(y * width * 4, width * 4), sums, xScale, toWidth, within);
            while (rowEnd <= y + 1 + 1e-9 && row < toHeight)
            {
                WriteRow(sums, target.Slice(row * toWidth * 4, toWidth * 4));
                Array.Clear(sums);
                row++;
                var next = (row + 1) / yScale;
                var rest = Math.Min(y + 1, next) - rowEnd;
                if (rest > 1e-9)
                    AddRow(source.Slice(y * width * 4, width * 4), sums, xScale, toWidth, rest);
                rowEnd = next;
            }
        }
        if (row < toHeight)
            WriteRow(sums, target.Slice(row * toWidth * 4, toWidth * 4));
    }

    private static void AddRow(ReadOnlySpan<byte> source, double[] sums, double xScale, int toWidth, double weight)
    {
        for (int x = 0, at = 0; at < source.Length; x++, at += 4)
        {
            var start = x * xScale;
            var first = Math.Min((int)start, toWidth - 1);
            var share = Math.Min(1, (first + 1 - start) / xScale);
            Add(sums, first, source, at, weight * share);
            if (share < 1 && first + 1 < toWidth)
                Add(sums, first + 1, source, at, weight * (1 - share));
        }
    }

    private static void Add(double[] sums, int column, ReadOnlySpan<byte> source, int at, double weight)
    {
        var opacity = source[at + 3] * weight;
        var sum = sums.AsSpan(column * 5, 5);
        sum[0] += source[at] * opacity;
        sum[1] += source[at + 1] * opacity;
        sum[2] += source[at + 2] * opacity;
        sum[3] += opacity;
        sum[4] += weight;
    }

    private static void WriteRow(double[] sums, Span<byte> target)
    {
        for (int column = 0, at = 0; at < target.Length; column++, at += 4)
        {
            var sum = sums.AsSpan(column * 5, 5);
            var opacity = sum[3];
            target[at] = Round(opacity > 0 ? sum[0] / opacity : 0);
            target[at + 1] = Round(opacity > 0 ? sum[1] / opacity : 0);
            target[at + 2] = Round(opacity > 0 ? sum[2] / opacity : 0);
            target[at + 3] = Round(sum[4] > 0 ? opacity / sum[4] : 0);
        }
    }

    private static byte Round(double value) => (byte)Math.Clamp((int)(value + 0.5), 0, 255);
}
