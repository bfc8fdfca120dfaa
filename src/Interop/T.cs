namespace ActorBrowser.Interop;
/// <summary>x</summary>
public static class T
{
    /// <summary>x</summary>
    public static readonly long[] At = new long[32];
    /// <summary>x</summary>
    public static readonly double[] Sum = new double[32];
    /// <summary>x</summary>
    public static int N;
    /// <summary>x</summary>
    public static long Now => System.Diagnostics.Stopwatch.GetTimestamp() / 100;
    /// <summary>x</summary>
    public static void Mark(int i) => At[i] = Now;
    /// <summary>x</summary>
    public static void Done(int last) { N++; if (N <= 1500) return; for (var i = 1; i <= last; i++) Sum[i] += At[i] - At[0]; if (N == 3000) { for (var i = 1; i <= last; i++) Console.Write($"{i}:{Sum[i] / 1500 / 10:0} "); Console.WriteLine(); } }
}
