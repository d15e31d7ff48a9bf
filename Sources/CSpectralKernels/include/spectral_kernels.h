// Hot loops of Interphase.
#pragma once
